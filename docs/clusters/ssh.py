"""Workers over SSH: `.venv/bin/python docs/clusters/ssh.py`, then `make study SCHEDULER=` and the address
that it prints.

Every machine needs the project at the same path with `make .venv/requirements-study.txt` run in it (a
shared folder will do), and the first of them `pip install asyncssh` in .venv.
"""

from dask.distributed import SSHCluster

HOSTS = ["head", "one", "two"]  # edit: the first runs the scheduler, the others the workers
PYTHON = "/shared/looking-for/.venv/bin/python"  # edit

if __name__ == "__main__":
    workers = {"n_workers": 8, "nthreads": 1}  # edit: processes on each machine
    cluster = SSHCluster(HOSTS, worker_options=workers, remote_python=PYTHON)
    print(cluster.scheduler_address)
    input("Enter ends the cluster")
