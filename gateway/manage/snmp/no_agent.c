/* What stands for the sub-agent in a program without net-snmp. */
#include "manage/snmp/agent.h"

#include <errno.h>
#include <stdlib.h>

void agent_prepare(void)
{
}

int agent_serve(const char *agentx)
{
	return agentx ? -ENOTSUP : 0;
}

void agent_publish(struct mib_snapshot *snapshot)
{
	free(snapshot);
}

bool agent_is_connected(void)
{
	return false;
}

void agent_end(void)
{
}
