"""What all faults are."""


class Fault:
    """One fault; `lasts` is the range of seconds from its beginning to its end."""

    lasts = (0.3, 3.0)

    def __init__(self, cluster, dice, paused=1.0):
        self.cluster, self.dice = cluster, dice
        self.paused = paused  # seconds that a hub stands still

    @property
    def name(self):
        """As figures show it."""
        words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in type(self).__name__)
        return words.strip()

    async def begin(self):
        """Breaks something."""
        raise NotImplementedError

    async def end(self):
        """Mends it."""
        raise NotImplementedError

    def any_node(self):
        """A hub."""
        return self.dice.choice(self.cluster.nodes)

    def any_replica(self):
        """A replica of now."""
        primary = self.cluster.ensemble.primary()
        return self.dice.choice([one for one in self.cluster.ensemble.servers if one is not primary])
