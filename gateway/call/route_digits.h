/* What the commands of a route's node share. */
#pragma once

struct vty;

/* Digits as a number can have them, into out of ROUTE_PATTERN_MAX octets. CMD_SUCCESS, or CMD_WARNING with a
 * complaint that names the option. */
int route_set_digits(struct vty *vty, const char *option, const char *digits, char *out);
/* The same for a regular expression, of ROUTE_REGEX_MAX octets. */
int route_set_regex(struct vty *vty, const char *option, const char *text, char *out);
