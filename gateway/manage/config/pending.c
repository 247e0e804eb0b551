/* What commits left for when calls are over. */
#include "manage/config/pending.h"

#include <osmocom/vty/vty.h>

#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "pstn/plant.h"
#include "sip/sip.h"
#include "sip/sip_transports.h"

static void trunk_out(void *data, const struct plant_waiting *waiting)
{
	struct vty *vty = data;

	if (waiting->calls)
		vty_out(vty, "Trunk %s is %s once its %u calls are over.%s", waiting->trunk,
			waiting->what, waiting->calls, VTY_NEWLINE);
	else
		vty_out(vty, "Trunk %s is %s once the calls on its spans are over.%s",
			waiting->trunk, waiting->what, VTY_NEWLINE);
}

static void peer_out(void *data, const char *name, unsigned calls)
{
	struct vty *vty = data;

	vty_out(vty, "Peer %s is removed; its %u calls go on until they are over.%s", name, calls,
		VTY_NEWLINE);
}

static bool socket_out(void *data, const struct sip_socket_status *socket)
{
	struct vty *vty = data;

	if (socket->leaves)
		vty_out(vty, "SIP over %s at %s is closed once the calls from before are over.%s",
			socket->transport, socket->address, VTY_NEWLINE);
	return true;
}

void pending_out(struct vty *vty)
{
	const struct gateway *gateway = cli_gateway();

	if (gateway->plant)
		plant_each_waiting(gateway->plant, trunk_out, vty);
	if (!gateway->sip)
		return;
	peers_each_former(gateway->sip, peer_out, vty);
	sip_sockets_each(gateway->sip, socket_out, vty);
}
