/* What all legs share: the way to them, the names of the verbs, and what a message may hold. */
#include "call/leg.h"

#include <string.h>

/* clang-format off */
static const char *const verb_names[] = {
	[LEG_SETUP] = "SETUP",
	[LEG_SETUP_ACK] = "SETUP ACKNOWLEDGE",
	[LEG_PROCEEDING] = "PROCEEDING",
	[LEG_ALERTING] = "ALERTING",
	[LEG_PROGRESS] = "PROGRESS",
	[LEG_CONNECT] = "CONNECT",
	[LEG_DISCONNECT] = "DISCONNECT",
	[LEG_RELEASE] = "RELEASE",
	[LEG_RELEASE_COMPLETE] = "RELEASE COMPLETE",
	[LEG_INFORMATION] = "INFORMATION",
	[LEG_NOTIFY] = "NOTIFY",
	[LEG_CHARGE] = "CHARGE",
	[LEG_TRANSFER] = "TRANSFER",
};
/* clang-format on */

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

static void tidy_subaddress(struct leg_subaddress *subaddress)
{
	if (subaddress->len > LEG_SUBADDRESS_MAX)
		subaddress->len = LEG_SUBADDRESS_MAX;
}

static void tidy_number(struct leg_number *number)
{
	number->digits[LEG_DIGITS_MAX] = '\0';
	if (!leg_is_number(number->digits))
		*number = (struct leg_number){ 0 };
}

static void tidy_party(struct leg_party *party)
{
	tidy_number(&party->number);
	party->name[LEG_NAME_MAX - 1] = '\0';
	tidy_subaddress(&party->subaddress);
}

static void tidy_transit(struct leg_transit *transit)
{
	const char *digits = transit->carrier + (*transit->carrier == '+');

	tidy_number(&transit->routing);
	transit->carrier[LEG_CARRIER_MAX] = '\0';
	if (!leg_is_number(digits))
		transit->carrier[0] = '\0';
	transit->trunk_group[TARGET_NAME_MAX - 1] = '\0';
	transit->replaces[LEG_REPLACES_MAX - 1] = '\0';
}

void leg_setup_tidy(struct leg_setup *setup)
{
	setup->called.digits[LEG_DIGITS_MAX] = '\0'; /* what is no number is no called one */
	tidy_number(&setup->calling);
	setup->calling_name[LEG_NAME_MAX - 1] = '\0';
	tidy_subaddress(&setup->called_subaddress);
	tidy_subaddress(&setup->calling_subaddress);
	tidy_party(&setup->redirecting.from);
	tidy_number(&setup->redirecting.original);
	tidy_transit(&setup->transit);
	setup->referrer[LEG_REFERRER_MAX - 1] = '\0';
	setup->keypad[LEG_DIGITS_MAX] = '\0';
}

void leg_uui_tidy(struct leg_uui *uui)
{
	if (uui->len > LEG_UUI_MAX)
		uui->len = LEG_UUI_MAX;
}

void leg_msg_tidy(struct leg_msg *msg)
{
	msg->moved_to[LEG_DIGITS_MAX] = '\0';
	msg->digits[LEG_DIGITS_MAX] = '\0';
	tidy_party(&msg->party);
	leg_uui_tidy(&msg->uui);
	msg->charge.currency[sizeof(msg->charge.currency) - 1] = '\0';
}
