/* What the sections' commands share: the nodes of the grammar, and items that are entered, removed
 * and copied by name. For *_vty.c only. Control thread. */
#pragma once

#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config.h"

/* Nodes below CONFIG_NODE: one for each kind of section of the file. */
enum config_node {
	NODE_CLI = _LAST_OSMOVTY_NODE + 1,
	NODE_MEDIA,
	NODE_SPAN,
	NODE_TRUNK,
	NODE_TRUNK_GROUP,
	NODE_SIP,
	NODE_PEER,
	NODE_REGISTRAR,
	NODE_USER,
	NODE_LINE,
	NODE_TRANSLATION,
	NODE_TIME_RANGE,
	NODE_LOOKUP,
	NODE_ROUTE,
	NODE_EMERGENCY,
	NODE_FRAUD,
	NODE_RECORDS,
	NODE_HTTP,
	NODE_WEBHOOK,
	NODE_SNMP,
	NODE_HISTORY,
	NODES_END
};

/* libosmovty's table of nodes: exported, declared in none of its headers. */
extern vector cmdvec;

/* The attribute of commands that a person may give but a file may not: `no trunk X`, `commit`
 * ... */
#define CONFIG_TERMINAL_ONLY CMD_ATTR_LIB_COMMAND

/* Enters the item of that name in the candidate's value, new or present; present in a file is a
 * fault. */
int config_list_enter(struct vty *vty, const struct config_list *list, void *value,
		      const char *name);
int config_list_remove(struct vty *vty, const struct config_list *list, void *value,
		       const char *name);
/* Enters a section without a name; *section_line tells whether the file has had it before. */
int config_section_enter(struct vty *vty, int node, int *section_line);

/* Text into an array of size octets, or a complaint that names the option. CMD_SUCCESS or
 * CMD_WARNING. */
int config_set_text(struct vty *vty, const char *option, const char *text, char *to, size_t size);
/* The same for what is not shown, or not wholly: the complaint is without the text. */
int config_set_secret(struct vty *vty, const char *option, const char *text, char *to, size_t size);
/* As config_set_text, for the name of an item elsewhere. */
int config_set_name(struct vty *vty, const char *option, const char *text, char *to, size_t size);
/* The same for an IPv4 or IPv6 address; *to is its canonical text, 46 octets. */
int config_set_address(struct vty *vty, const char *option, const char *text, char *to);
