/* An operator has a party of an answered call put through to a number: its own side calls the number itself, where it is
 * known to do that (REFER; call rerouting of EN 300 207-1), else we do, as for a party that asks for a transfer. */
#include <errno.h>

#include <osmocom/core/talloc.h>

#include "call/call_record.h"
#include "call/hub.h"
#include "call/transfer.h"
#include "call/transfer_hub.h"

static int put_through_here(struct call *call, unsigned by, const char *number)
{
	struct leg_setup to = { 0 };

	snprintf(to.called.digits, sizeof(to.called.digits), "%s", number);
	return call_transfer(call->slots[by].leg, &to);
}

int call_put_through(struct call_hub *hub, uint32_t id, bool caller, const char *number)
{
	struct call *call = call_find(hub, id);

	if (!call)
		return -ENOENT;
	struct leg *one = call->slots[SLOT_CALLER].leg, *other = call->slots[call->current].leg;
	struct leg *moved = caller ? one : other;
	if (call->fi->state != CALL_ACTIVE || !one || !other)
		return -ENOTCONN;
	if (call->put_through)
		return -EBUSY;
	if (!moved->ops->reroute || moved->ops->reroute(moved, number))
		return put_through_here(call, caller ? call->current : SLOT_CALLER, number);
	call->put_through = talloc_strdup(call, number);
	return 0;
}

static void end(struct call *call, unsigned slot)
{
	const struct call_event event = {
		.kind = CALL_EV_CLEAR,
		.slot = (uint8_t)slot,
		.cause = CAUSE_NORMAL,
		.location = LOC_USER,
	};

	LOGCALL(call, LOGL_INFO, "put through to %s, which its own side called\n",
		call->put_through);
	call_notify(call, "put through");
	call_post(call, &event);
}

/* It does not do that: then we do. Or the number is not to be had, and the call is as it was. */
static void fail(struct call *call, unsigned slot, unsigned cause)
{
	char *number = call->put_through;
	int rc = -1;

	call->put_through = NULL;
	if (cause == CAUSE_FACILITY_REJECTED)
		rc = put_through_here(call, slot == SLOT_CALLER ? call->current : SLOT_CALLER,
				      number);
	if (rc)
		LOGCALL(call, LOGL_NOTICE, "not put through to %s: %s\n", number,
			cause_name(cause));
	talloc_free(number);
}

void put_through_hears(struct call *call, const struct call_event *event)
{
	unsigned how = event->said ? event->said->transfer : LEG_RELEASE;

	if (!call->put_through)
		return;
	if (how == LEG_CONNECT)
		end(call, event->slot);
	else if (how == LEG_ALERTING)
		call_notify(call, "being put through: alerting");
	else if (how == LEG_RELEASE)
		fail(call, event->slot, event->cause);
}
