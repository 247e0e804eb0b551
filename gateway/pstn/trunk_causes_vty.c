/* Causes that a trunk takes for others:
 *
 *   cause-map from-line 102 41
 *   cause-map to-line 41 38
 */
#include "pstn/trunk_causes_vty.h"

#include <stdlib.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "pstn/trunk_config.h"

static uint8_t *rules_of(struct vty *vty, const char *direction)
{
	struct trunk_config *trunk = vty->index;

	return *direction == 'f' ? trunk->causes.from_line : trunk->causes.to_line;
}

#define CAUSE_MAP_STR                                                                              \
	"Causes that are taken for others, by default none; `cause test` shows what becomes of "   \
	"one\n"
#define DIRECTIONS "(from-line|to-line)"
#define DIRECTIONS_STR                                                                             \
	"What the line clears with, before routes or SIP see it\n"                                 \
	"What the line is told\n"

DEFUN(trunk_cause_map, trunk_cause_map_cmd, "cause-map " DIRECTIONS " <1-127> <1-127>",
      CAUSE_MAP_STR DIRECTIONS_STR "Q.850 cause\n"
				   "The cause that it is taken for\n")
{
	unsigned cause = (unsigned)atoi(argv[1]), other = (unsigned)atoi(argv[2]);

	rules_of(vty, argv[0])[cause] = (uint8_t)(other == cause ? 0 : other);
	return CMD_SUCCESS;
}

DEFUN(no_trunk_cause_map, no_trunk_cause_map_cmd, "no cause-map " DIRECTIONS " <1-127>",
      NO_STR CAUSE_MAP_STR DIRECTIONS_STR "Q.850 cause\n")
{
	uint8_t *rule = &rules_of(vty, argv[0])[atoi(argv[1])];

	if (!*rule)
		return config_reject(vty, "there is no cause-map %s %s", argv[0], argv[1]);
	*rule = 0;
	return CMD_SUCCESS;
}

void trunk_causes_install(void)
{
	install_element(NODE_TRUNK, &trunk_cause_map_cmd);
	install_element(NODE_TRUNK, &no_trunk_cause_map_cmd);
}

static void write_rules(const uint8_t rules[static 128], const char *direction, struct vty *vty)
{
	for (unsigned cause = 1; cause < 128; cause++)
		if (rules[cause])
			vty_out(vty, " cause-map %s %u %u\n", direction, cause, rules[cause]);
}

void trunk_causes_write(const struct trunk_causes *causes, struct vty *vty)
{
	write_rules(causes->from_line, "from-line", vty);
	write_rules(causes->to_line, "to-line", vty);
}
