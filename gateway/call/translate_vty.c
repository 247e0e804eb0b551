/* Who names translations: routes, and what calls come from and go to. */
#include "call/translate_vty.h"

#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/config_vty.h"
#include "call/target.h"

static size_t offsets[NODES_END]; /* by node: where its item has its translations */

static struct number_names *route_names(struct vty *vty)
{
	return (struct number_names *)((char *)vty->index + offsets[vty->node]);
}

static struct number_names *target_names(struct vty *vty, const char *direction)
{
	struct number_translations *numbers =
		(struct number_translations *)((char *)vty->index + offsets[vty->node]);

	return direction[0] == 'i' ? &numbers->in : &numbers->out;
}

static char *name_of(struct number_names *names, const char *which)
{
	if (!strcmp(which, "called"))
		return names->called;
	return !strcmp(which, "calling") ? names->calling : names->redirecting;
}

static int set(struct vty *vty, struct number_names *names, const char *which, const char *name)
{
	return config_set_name(vty, "translate", name, name_of(names, which), TARGET_NAME_MAX);
}

#define TRANSLATE_STR "Translations of the numbers of calls; none by default\n"
#define WHICH_STR "The called number\nThe caller's number\nThe numbers of who diverted the call\n"
#define DIRECTION_STR                                                                              \
	"Of calls from there, before they are routed\nOf calls to there, last of all\n"
#define NAME_STR "The translation's name\n"

DEFUN(translate_route, translate_route_cmd, "translate (called|calling|redirecting) NAME",
      TRANSLATE_STR WHICH_STR NAME_STR)
{
	return set(vty, route_names(vty), argv[0], argv[1]);
}

DEFUN(no_translate_route, no_translate_route_cmd, "no translate (called|calling|redirecting)",
      NO_STR TRANSLATE_STR WHICH_STR)
{
	*name_of(route_names(vty), argv[0]) = '\0';
	return CMD_SUCCESS;
}

DEFUN(translate_target, translate_target_cmd,
      "translate (in|out) (called|calling|redirecting) NAME",
      TRANSLATE_STR DIRECTION_STR WHICH_STR NAME_STR)
{
	return set(vty, target_names(vty, argv[0]), argv[1], argv[2]);
}

DEFUN(no_translate_target, no_translate_target_cmd,
      "no translate (in|out) (called|calling|redirecting)",
      NO_STR TRANSLATE_STR DIRECTION_STR WHICH_STR)
{
	*name_of(target_names(vty, argv[0]), argv[1]) = '\0';
	return CMD_SUCCESS;
}

void translate_vty_install_route(size_t at)
{
	offsets[NODE_ROUTE] = at;
	install_element(NODE_ROUTE, &translate_route_cmd);
	install_element(NODE_ROUTE, &no_translate_route_cmd);
}

void translate_vty_install(int node, size_t at)
{
	offsets[node] = at;
	install_element(node, &translate_target_cmd);
	install_element(node, &no_translate_target_cmd);
}

static void validate_name(const struct config *config, const char *name, const char *whose,
			  int line, struct config_report *report)
{
	char *names;

	if (!*name || config_has(config, "translation", name))
		return;
	names = config_names(report, config, "translation");
	config_fault_option(report, line, "translate",
			    "%s: translation %s does not exist; translations are: %s", whose, name,
			    names);
	talloc_free(names);
}

void translate_vty_validate_names(const struct config *config, const struct number_names *names,
				  const char *whose, int line, struct config_report *report)
{
	validate_name(config, names->called, whose, line, report);
	validate_name(config, names->calling, whose, line, report);
	validate_name(config, names->redirecting, whose, line, report);
}

void translate_vty_validate(const struct config *config, const struct number_translations *numbers,
			    const char *whose, int line, struct config_report *report)
{
	translate_vty_validate_names(config, &numbers->in, whose, line, report);
	translate_vty_validate_names(config, &numbers->out, whose, line, report);
}

void translate_vty_write_names(const struct number_names *names, const char *direction,
			       struct vty *vty)
{
	if (*names->called)
		vty_out(vty, " translate %scalled %s\n", direction, names->called);
	if (*names->calling)
		vty_out(vty, " translate %scalling %s\n", direction, names->calling);
	if (*names->redirecting)
		vty_out(vty, " translate %sredirecting %s\n", direction, names->redirecting);
}

void translate_vty_write(const struct number_translations *numbers, struct vty *vty)
{
	translate_vty_write_names(&numbers->in, "in ", vty);
	translate_vty_write_names(&numbers->out, "out ", vty);
}
