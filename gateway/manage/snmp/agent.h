/* The AgentX sub-agent (RFC 2741): answers the master agent's questions from the latest snapshot, and sends linkDown, linkUp
 * (RFC 2863) and dsx1LineStatusChange (RFC 4805) when a snapshot differs from the one before. It is a thread of its own,
 * as net-snmp's library waits for the master's answers; control leaves orders and snapshots for it and never waits.
 * agent.c is for net-snmp, no_agent.c for programs without. Control thread. */
#pragma once

#include <stdbool.h>

struct mib_snapshot;

/* Before there is any thread: the library is told by its environment, which others may be reading later, to read no MIB
 * texts. */
void agent_prepare(void);
/* Shows spans to the master agent there from now on, NULL: to none. One that is not there, or goes, is tried again every
 * few seconds. 0, or -errno (-ENOTSUP: the program is built without); 1: net-snmp's library has one master agent in its
 * life, and this is another than the first. */
int agent_serve(const char *agentx);
/* Takes the snapshot, made by malloc. */
void agent_publish(struct mib_snapshot *snapshot);
bool agent_is_connected(void);
/* At the program's end: waits a little for the farewell. */
void agent_end(void);
