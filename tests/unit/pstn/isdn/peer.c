/* A switch that the test plays by hand: libpri itself on the far span e1-2, its events kept, nothing answered
 * but by the test. After world.c. */
#include <libpri.h>

static struct {
	struct pri *pri;
	const uint8_t *rx;
	size_t rx_len;
	bool deaf; /* no frame comes or goes */
	/* Changes what libpri sends, which it would not say itself. */
	void (*edit)(uint8_t *frame, size_t *len);
	pri_event last[32]; /* by kind */
	unsigned seen[32];
	unsigned heard[256]; /* messages by type, Q.931 4.4 */
} peer;

static int peer_switch_type = PRI_SWITCH_EUROISDN_E1;

/* Every one ever made, for libpri cannot free them. */
static struct pri *peers[32];
static unsigned peers_made;

static int peer_read(struct pri *pri, void *buf, int size)
{
	(void)pri, (void)size;
	memcpy(buf, peer.rx, peer.rx_len);
	return (int)peer.rx_len + 2;
}

static int peer_write(struct pri *pri, void *buf, int size)
{
	uint8_t frame[TDM_MAX_FRAME];
	size_t len = (size_t)size - 2;

	(void)pri;
	memcpy(frame, buf, len);
	if (peer.edit)
		peer.edit(frame, &len);
	if (!peer.deaf)
		w.e2->driver->hdlc_send(w.e2, 16, frame, len);
	return size;
}

static void peer_keep(const pri_event *event)
{
	if (!event)
		return;
	peer.last[event->e] = *event;
	peer.seen[event->e]++;
}

static void peer_frame(void *data, unsigned timeslot, const uint8_t *frame, size_t len)
{
	(void)data, (void)timeslot;
	if (peer.deaf)
		return;
	/* I frames with call references of two octets */
	if (len > 8 && !(frame[2] & 1) && frame[4] == 8)
		peer.heard[frame[8]]++;
	peer.rx = frame;
	peer.rx_len = len;
	peer_keep(pri_check_event(peer.pri));
}

static const struct tdm_listener peer_listener = { .on_frame = peer_frame };

/* node: PRI_NETWORK against our user side. The world has one trunk then. */
static void peer_open(int node)
{
	memset(&peer, 0, sizeof(peer));
	ck_assert_int_eq(w.e2->driver->hdlc_enable(w.e2, 16, true), 0);
	tdm_listen(w.e2, &peer_listener, NULL);
	peer.pri = pri_new_cb(-1, node, peer_switch_type, peer_read, peer_write, NULL);
	peers[peers_made++ % 32] = peer.pri;
	pri_hangup_fix_enable(peer.pri, 1);
	ck_assert_int_eq(mg_attach(w.mg, w.e2), 0);
}

static void peer_run(unsigned ms)
{
	for (unsigned t = 0; t < ms; t += TICK_MS) {
		tick();
		peer_keep(pri_schedule_run(peer.pri));
	}
}

/* A world whose only trunk faces the peer. */
static inline void peer_world(enum trunk_side ours)
{
	world_prepare();
	w.trunk[0].side = ours;
	peer_open(ours == TRUNK_USER ? PRI_NETWORK : PRI_CPE);
	ck_assert_int_eq(world_apply(1), 0);
	peer_run(4000);
	ck_assert_str_eq(trunk_status("user").layer2, "up");
}

static void peer_close(void)
{
	peer_run(300);
	ck_assert_int_eq(mg_detach(w.mg, w.e2), 0);
	tdm_listen(w.e2, NULL, NULL);
	world_close();
}

/* a calls; the SETUP has reached the peer. */
static inline q931_call *peer_is_called(const char *called)
{
	mock_leg_open(&w.a.leg, w.hub, TARGET_PEER, "a");
	mock_leg_setup(&w.a.leg, "4711", called);
	peer_run(100);
	ck_assert_uint_gt(peer.seen[PRI_EVENT_RING], 0);
	return peer.last[PRI_EVENT_RING].ring.call;
}

static inline q931_call *peer_calls(const char *called, int channel, bool exclusive, int bearer)
{
	q931_call *call = pri_new_call(peer.pri);
	struct pri_sr *sr = pri_sr_new();

	pri_sr_set_channel(sr, channel, exclusive, 0);
	pri_sr_set_bearer(sr, bearer, PRI_LAYER_1_ALAW);
	pri_sr_set_called(sr, (char *)called, PRI_UNKNOWN, 1);
	ck_assert_int_eq(pri_setup(peer.pri, call, sr), 0);
	pri_sr_free(sr);
	peer_run(100);
	return call;
}

static inline void peer_clears(q931_call *call, int cause)
{
	unsigned seen = peer.seen[PRI_EVENT_HANGUP];

	pri_hangup(peer.pri, call, cause);
	peer_run(100);
	if (peer.seen[PRI_EVENT_HANGUP] > seen)
		pri_hangup(peer.pri, call, cause);
	peer_run(100);
}
