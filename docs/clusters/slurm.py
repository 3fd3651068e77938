"""Workers as Slurm jobs: `.venv/bin/python docs/clusters/slurm.py` on the login node, then
`make study SCHEDULER=` and the address that it prints.

Needs `pip install dask-jobqueue` in .venv, and the project in a folder that all nodes see.
"""

from dask_jobqueue import SLURMCluster

if __name__ == "__main__":
    cluster = SLURMCluster(
        queue="normal",  # edit: the partition
        cores=1,
        processes=1,
        memory="4GB",  # of a network of the study; a wide one takes more
        walltime="02:00:00",  # edit
        python="/shared/looking-for/.venv/bin/python",  # edit
    )
    cluster.scale(64)  # edit: how many jobs
    print(cluster.scheduler_address)
    input("Enter ends the cluster")
