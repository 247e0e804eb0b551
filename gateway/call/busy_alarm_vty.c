/* `busy-alarm 300`, `no busy-alarm` */
#include "call/busy_alarm_vty.h"

#include <stdlib.h>

#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "call/busy_alarm.h"

static size_t offsets[NODES_END]; /* by node: where its item has its busy_alarm */

static struct busy_alarm *edited(const struct vty *vty)
{
	return (struct busy_alarm *)((char *)vty->index + offsets[vty->node]);
}

#define BUSY_ALARM_STR                                                                             \
	"An alarm when all its channels have been busy, on end, for so long; 60 s by default, "    \
	"never for a trunk in a trunk group\n"

DEFUN(busy_alarm, busy_alarm_cmd, "busy-alarm <1-86400>", BUSY_ALARM_STR "Seconds\n")
{
	*edited(vty) = (struct busy_alarm){ .after_s = (unsigned)atoi(argv[0]) };
	return CMD_SUCCESS;
}

DEFUN(no_busy_alarm, no_busy_alarm_cmd, "no busy-alarm", NO_STR BUSY_ALARM_STR)
{
	*edited(vty) = (struct busy_alarm){ .never = true };
	return CMD_SUCCESS;
}

void busy_alarm_install(int node, size_t at)
{
	offsets[node] = at;
	install_element(node, &busy_alarm_cmd);
	install_element(node, &no_busy_alarm_cmd);
}

void busy_alarm_write(const struct busy_alarm *alarm, struct vty *vty)
{
	if (alarm->never)
		vty_out(vty, " no busy-alarm\n");
	else if (alarm->after_s)
		vty_out(vty, " busy-alarm %u\n", alarm->after_s);
}
