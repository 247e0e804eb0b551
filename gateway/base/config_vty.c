/* What the sections' commands share: items that are entered, removed and copied by name, and
 * options that are texts, names or addresses. */
#include "base/config_vty.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include <osmocom/core/utils.h>

enum { ITEMS_MAX = 10000 }; /* of one kind */

/* Letters, digits and _ - . after a letter or digit: names stand in file names, URIs and tables. */
static bool good_name(const char *name)
{
	const char *p = name;

	if (!isalnum((unsigned char)*p))
		return false;
	while (isalnum((unsigned char)*p) || (*p && strchr("_-.", *p)))
		p++;
	return *p == '\0';
}

static int check_name(struct vty *vty, const char *what, const char *name, size_t size)
{
	if (!good_name(name))
		return config_reject(
			vty,
			"%s \"%s\" is no name; letters, digits, _ - and . are, after a "
			"letter or digit",
			what, name);
	if (strlen(name) >= size)
		return config_reject(vty, "%s \"%s\" is too long; at most %zu characters", what,
				     name, size - 1);
	return CMD_SUCCESS;
}

int config_list_enter(struct vty *vty, const struct config_list *list, void *value,
		      const char *name)
{
	void *item;

	if (check_name(vty, list->kind, name, list->name_size) != CMD_SUCCESS)
		return CMD_WARNING;
	item = config_list_find(list, value, name);
	if (item && config_line())
		config_reject(
			vty, "%s %s exists already, on line %d; give it another name, or one place",
			list->kind, name, config_list_line(list, item));
	if (!item && config_list_count(list, value) == ITEMS_MAX)
		return config_reject(vty, "too many of %s; at most %d", list->kind, ITEMS_MAX);
	if (!item)
		item = config_list_add(list, value, name, config_line());
	if (!item)
		return config_reject(vty, "out of memory");
	vty->index = item;
	vty->node = list->node;
	return CMD_SUCCESS;
}

int config_list_remove(struct vty *vty, const struct config_list *list, void *value,
		       const char *name)
{
	void *item = config_list_find(list, value, name);

	if (!item)
		return config_reject(vty, "there is no %s %s", list->kind, name);
	config_list_delete(list, value, item);
	return CMD_SUCCESS;
}

int config_section_enter(struct vty *vty, int node, int *section_line)
{
	if (config_line() && *section_line)
		config_reject(vty, "this section exists already, on line %d; keep it in one place",
			      *section_line);
	else if (config_line())
		*section_line = config_line();
	vty->index = NULL;
	vty->node = node;
	return CMD_SUCCESS;
}

int config_set_text(struct vty *vty, const char *option, const char *text, char *to, size_t size)
{
	if (strlen(text) >= size)
		return config_reject(vty, "%s \"%s\" is too long; at most %zu characters", option,
				     text, size - 1);
	osmo_strlcpy(to, text, size);
	return CMD_SUCCESS;
}

int config_set_secret(struct vty *vty, const char *option, const char *text, char *to, size_t size)
{
	if (strlen(text) >= size)
		return config_reject(vty, "%s is too long; at most %zu characters", option,
				     size - 1);
	return config_set_text(vty, option, text, to, size);
}

int config_set_name(struct vty *vty, const char *option, const char *text, char *to, size_t size)
{
	if (check_name(vty, option, text, size) != CMD_SUCCESS)
		return CMD_WARNING;
	return config_set_text(vty, option, text, to, size);
}

int config_set_address(struct vty *vty, const char *option, const char *text, char *to)
{
	unsigned char binary[sizeof(struct in6_addr)];
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(family, text, binary) != 1)
		return config_reject(vty,
				     "%s \"%s\" is no address; an IPv4 or IPv6 address in figures, "
				     "as 192.0.2.1",
				     option, text);
	inet_ntop(family, binary, to, INET6_ADDRSTRLEN);
	return CMD_SUCCESS;
}
