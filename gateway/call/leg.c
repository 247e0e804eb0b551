/* What all legs share: the way to them, and the names of the verbs. */
#include "call/leg.h"

#include <string.h>

static const char *const verb_names[] = {
	[LEG_SETUP] = "SETUP",       [LEG_PROCEEDING] = "PROCEEDING",
	[LEG_ALERTING] = "ALERTING", [LEG_PROGRESS] = "PROGRESS",
	[LEG_CONNECT] = "CONNECT",   [LEG_DISCONNECT] = "DISCONNECT",
	[LEG_RELEASE] = "RELEASE",   [LEG_RELEASE_COMPLETE] = "RELEASE COMPLETE",
};

/* The leg may be gone when this returns: told LEG_RELEASE, its owner may free it from inside. */
void leg_tell(struct leg *leg, const struct leg_msg *msg)
{
	leg->ops->tell(leg, msg);
}

bool leg_is_number(const char *digits)
{
	return digits[strspn(digits, LEG_DIGITS)] == '\0';
}

const char *leg_verb_name(unsigned verb)
{
	return verb < sizeof(verb_names) / sizeof(verb_names[0]) ? verb_names[verb] : "unknown";
}
