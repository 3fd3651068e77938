"""What a run gave: its networks with the images and their survey, and who is compared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from looking_for.clusters.survey import Survey
from looking_for.core import paths
from looking_for.core.files import load_json
from looking_for.core.imageset import ImageSet
from looking_for.images.catalog import DATASETS
from looking_for.results.labels import label_networks
from looking_for.results.network import NetworkResults, RunSettings
from looking_for.results.seed_spread import Spread, find_entry, load_summary, seed_spread
from looking_for.surrogates.ladder import headline_count

MAX_INK_OF_BLANK = 0.5  # the share of images that ink a pixel, below which it counts as blank
MAX_COMPARED = 7  # as many networks as there are colours that can be distinguished


@dataclass(frozen=True)
class RunResults:
    """Networks in the order of params.yaml, with the images and their survey."""

    settings: RunSettings
    networks: Sequence[NetworkResults]
    images: ImageSet
    survey: Survey

    @classmethod
    def load(cls, settings: RunSettings, names: Iterable[str]) -> "RunResults":
        """Read what the stages wrote of some networks."""
        images = ImageSet.load()
        available = len(images.x_train)
        labels = label_networks(settings.recipes, settings.imported, settings.labels, available, settings.batch_size)
        networks = [NetworkResults.load(name, labels[name], settings, available) for name in names]
        return cls(settings, networks, images, Survey.load())

    @cached_property
    def region_counts(self) -> Mapping[str, Any]:
        """Which classes ink the regions that the article speaks of, as the survey counted."""
        return load_json(paths.CLAIMS)

    @cached_property
    def spreads(self) -> Mapping[str, Mapping[str, Spread]]:
        """By network, how far another seed moves each metric; of those whose recipe the study has."""
        spreads = {n.name: seed_spread(n.recipe, self.settings.comparable, self.study) for n in self.networks}
        return {name: by_metric for name, by_metric in spreads.items() if by_metric}

    @cached_property
    def study(self) -> Mapping[str, Any]:
        """The study's summary; empty where there is none."""
        return load_summary()

    def study_entry(self, network: NetworkResults) -> Mapping[str, Any]:
        """Find what the study has on a network's recipe; empty where it has nothing, or is of other data."""
        return find_entry(network.recipe, self.settings.comparable, self.study)

    @property
    def classes(self) -> list[str]:
        return [str(name) for name in self.images.classes]

    @cached_property
    def compared(self) -> list[NetworkResults]:
        """The networks that are compared: those that params.yaml names, or every one that is no control."""
        by_name = {network.name: network for network in self.networks}
        named = [by_name[name] for name in self.settings.story if name in by_name]
        others = [n for n in self.networks if not n.is_control][:MAX_COMPARED]
        return named or others or list(self.networks[:MAX_COMPARED])

    @property
    def missing(self) -> list[str]:
        """The names in `render.story` that are not networks of params.yaml."""
        return [name for name in self.settings.story if name not in self.settings.names]

    @cached_property
    def others(self) -> list[NetworkResults]:
        return [network for network in self.networks if network not in self.compared]

    @cached_property
    def controls(self) -> list[NetworkResults]:
        return [network for network in self.networks if network.is_control]

    @cached_property
    def featured(self) -> NetworkResults | None:
        """The last compared network with something to explain: with hidden layers, trained, not constant."""
        able = [n for n in self.compared if not (n.is_flat or n.is_control or n.is_constant)]
        return able[-1] if able else None

    @cached_property
    def with_ladder(self) -> list[NetworkResults]:
        """The compared networks that have a ladder to climb: not those whose picture is the network."""
        return [n for n in self.compared if not n.is_flat]

    @property
    def n_clusters(self) -> int:
        """How many clusters per class the report speaks of."""
        return headline_count(list(self.survey.clusters))

    @property
    def n_clusters_shown(self) -> int:
        """How many clusters per class figures show: the most that may be, or else the fewest tried."""
        return largest_at_most(list(self.survey.clusters), self.settings.clusters_shown)

    @property
    def n_fitted(self) -> int:
        """How many fitted pictures per class the report speaks of."""
        return headline_count(self.settings.n_fitted)

    @property
    def has_blank_pixels(self) -> bool:
        """Whether ink tells classes apart: some pixel stays blank in most images, which none does in photographs."""
        return bool((self.survey.ink.mean(axis=0) < MAX_INK_OF_BLANK).any())

    @property
    def noun(self) -> str:
        """What a class is called in prose."""
        return "digit" if self.is_article_data else "class"

    @property
    def is_article_data(self) -> bool:
        """Whether these are the digits that the article is about."""
        digits = [str(digit) for digit in range(10)]
        return DATASETS[self.settings.dataset].is_articles and self.classes == digits


def largest_at_most(tried: Sequence[int], most: int) -> int:
    """Give the largest number tried that is no more than `most`, or else the least."""
    return max((number for number in tried if number <= most), default=min(tried))
