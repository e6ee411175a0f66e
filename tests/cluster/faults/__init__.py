"""Faults: each begins, lasts for a time that a seed chooses, and ends. `end` mends what `begin` broke; the run then waits
until the cluster is whole, so that there is one loss at a time.

WITHIN are those that `replica:1` promises to lose nothing in; BEYOND are more than one loss at a time, or lose what was
stored on purpose, and must be told.
"""

from cluster.faults.links import (HubFromAllRedisCut, HubFromRedisCut, HubFromSentinelsCut, HubsCut, HubToRedisCut,
                                  PrimaryFromHubsCut, PrimaryFromReplicasCut, PrimaryIsolated, PrimaryToReplicaCut,
                                  RedisToHubCut, ReplicasToPrimaryCut)
from cluster.faults.losses import (AllRedisDown, PrimaryRestartedEmpty, RedisDiskFull, RedisEmptied, RedisFlushed,
                                   RedisRestored)
from cluster.faults.processes import (HubClockOff, HubKilled, HubPaused, PrimaryClockOff, PrimaryKilled, PrimaryPaused,
                                      PrimaryRestarted, ReplicaKilled)

WITHIN = (HubKilled, HubPaused, PrimaryKilled, PrimaryRestarted, ReplicaKilled, PrimaryPaused, HubFromRedisCut,
          HubFromAllRedisCut, HubFromSentinelsCut, HubToRedisCut, RedisToHubCut, PrimaryFromHubsCut, HubsCut,
          PrimaryFromReplicasCut, PrimaryToReplicaCut, ReplicasToPrimaryCut, PrimaryIsolated, RedisDiskFull, HubClockOff,
          PrimaryClockOff)
BEYOND = (AllRedisDown, RedisEmptied, RedisRestored, PrimaryRestartedEmpty, RedisFlushed)
