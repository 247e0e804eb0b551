/* The CLI itself: libosmovty's tables, its sessions and their bounds. What libosmovty 1.7 leaves
 * open is closed here: it writes to its sockets in blocking mode, grows a line without bound,
 * completes words beyond its buffer, and brings commands of its own that act at once on what is a
 * candidate here. */
#include "manage/manage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/signal.h>
#include <osmocom/core/sockaddr_str.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <osmocom/vty/buffer.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/logging.h>
#include <osmocom/vty/telnet_interface.h>
#include <osmocom/vty/vty.h>

#include "base/clock.h"
#include "base/config_vty.h"
#include "base/log.h"
#include "call/emergency_config.h"
#include "call/fraud_config.h"
#include "call/history_config.h"
#include "records/records_config.h"
#include "call/route_config.h"
#include "drivers/span_config.h"
#include "manage/audit.h"
#include "manage/cli/cli.h"
#include "manage/cli/cli_socket.h"
#include "manage/cli/later.h"
#include "manage/cli/screen.h"
#include "manage/http/http_config.h"
#include "manage/manage_config.h"
#include "manage/snmp/agent.h"
#include "manage/snmp/snmp_config.h"
#include "manage/webhooks/webhook_config.h"
#include "mg/mg_config.h"
#include "pstn/trunk_config.h"
#include "sip/registrar/registrar_config.h"
#include "sip/sip_config.h"

enum {
	SESSIONS_MAX = 100,
	LINE_MAX_OCTETS = 4096,   /* of one command */
	LINE_BUFFER = 8192,       /* and room for what one read and one completion add */
	UNREAD_MAX = 8 << 20,     /* octets that a session may leave unread */
	UNREAD_CHECK_EVERY = 256, /* writes */
};

struct session {
	struct llist_head entry;
	struct vty *vty;
	int sock;
	unsigned writes;
};

static struct gateway *gateway;
static LLIST_HEAD(sessions);
static unsigned n_sessions;
static uint64_t started_us;
static struct manage_config begun; /* what the CLI is by: it is opened once */
static struct vty_app_info app_info = { .name = "crosspoint", .copyright = "" };

struct gateway *cli_gateway(void)
{
	return gateway;
}

const struct manage_config *cli_config(void)
{
	return &begun;
}

const char *cli_version(void)
{
	return app_info.version;
}

unsigned cli_uptime_s(void)
{
	return (clock_now_us() - started_us) / 1000000;
}

void cli_install(struct cmd_element *element)
{
	install_element_ve(element);
}

void cli_install_editing(struct cmd_element *element)
{
	install_lib_element(CONFIG_NODE, element);
	for (int node = NODE_CLI; node < NODES_END; node++)
		install_lib_element(node, element);
}

/* What vty_prompt of libosmovty prints, and what has been typed after it. */
static void prompt_again(struct vty *vty)
{
	char prompt[64];

	/* libosmovty keeps its prompts as formats with one %s. */
	snprintf(prompt, sizeof(prompt), "%s", cmd_prompt(vty->node));
	for (const char *p = prompt; *p; p++)
		if (p[0] == '%' && p[1] == 's') {
			vty_out(vty, "%s", app_info.name);
			p++;
		} else {
			vty_out(vty, "%c", *p);
		}
	vty_out(vty, "%.*s", vty->length, vty->buf);
}

void cli_notice(struct vty *vty, const char *format, ...)
{
	va_list args;

	if (screen_is_open(vty)) /* it would be written across */
		return;
	va_start(args, format);
	vty_out(vty, "%s", VTY_NEWLINE);
	vty_out_va(vty, format, args);
	vty_out(vty, "%s", VTY_NEWLINE);
	va_end(args);
	prompt_again(vty);
}

static struct session *session_find(const struct vty *vty)
{
	struct session *session;

	llist_for_each_entry (session, &sessions, entry)
		if (session->vty == vty)
			return session;
	return NULL;
}

/* Called at a session's first event, while libosmovty greets it. */
static struct session *session_new(struct vty *vty, int sock)
{
	char *buf = talloc_realloc_size(vty, vty->buf, LINE_BUFFER);
	struct session *session = buf ? talloc_zero(gateway->owner, struct session) : NULL;

	if (buf)
		vty->buf = buf;
	if (!session) {
		LOGP(DMANAGE, LOGL_NOTICE, "CLI session refused: out of memory\n");
		shutdown(sock, SHUT_RDWR);
		return NULL;
	}
	memset(buf, 0, LINE_BUFFER);
	vty->max = LINE_BUFFER;
	session->vty = vty;
	session->sock = sock;
	fcntl(sock, F_SETFL, fcntl(sock, F_GETFL) | O_NONBLOCK);
	fcntl(sock, F_SETFD, FD_CLOEXEC);
	llist_add_tail(&session->entry, &sessions);
	cli_socket_serve(vty);
	if (++n_sessions > SESSIONS_MAX) {
		LOGP(DMANAGE, LOGL_NOTICE, "CLI session refused: %d are open\n", SESSIONS_MAX);
		shutdown(sock, SHUT_RDWR);
	}
	return session;
}

static void session_free(struct session *session)
{
	actions_forget(session->vty);
	candidate_forget(session->vty);
	screen_forget(session->vty);
	later_forget(session->vty);
	llist_del(&session->entry);
	n_sessions--;
	talloc_free(session);
}

/* libosmovty closes the session at its next read, which comes at once. */
static void session_end(struct session *session)
{
	session->vty->status = VTY_CLOSE;
	shutdown(session->sock, SHUT_RDWR);
}

/* A session that never reads what it asks for does not fill our memory. */
static void session_wrote(struct session *session)
{
	if (++session->writes % UNREAD_CHECK_EVERY)
		return;
	if (talloc_total_size(session->vty->obuf) < UNREAD_MAX)
		return;
	LOGP(DMANAGE, LOGL_NOTICE, "CLI session ended: it leaves %d MiB unread\n",
	     UNREAD_MAX >> 20);
	buffer_reset(session->vty->obuf);
	session_end(session);
}

static void session_read(struct session *session)
{
	if (session->vty->length > LINE_MAX_OCTETS) {
		LOGP(DMANAGE, LOGL_NOTICE, "CLI session ended: a line of over %d characters\n",
		     LINE_MAX_OCTETS);
		session->vty->length = session->vty->cp = 0;
		session_end(session);
	}
	candidate_check_left(session->vty);
}

static int on_vty_event(unsigned subsys, unsigned signal, void *data, void *signal_data)
{
	const struct vty_signal_data *event = signal_data;
	struct session *session = session_find(event->vty);

	(void)subsys, (void)signal, (void)data;
	if (event->event == VTY_CLOSED)
		cli_socket_close_once(event->vty);
	if (!session && event->event != VTY_CLOSED)
		session = session_new(event->vty, event->sock);
	if (!session)
		return 0;
	if (event->event == VTY_CLOSED)
		session_free(session);
	else if (event->event == VTY_WRITE)
		session_wrote(session);
	else if (event->event == VTY_READ)
		session_read(session);
	return 0;
}

/* Commands that libosmovty brings to most nodes, replaced by ours or of no use here. */
static const char *const dropped[] = {
	"show version",
	"show running-config",
	"show startup-config",
	"show pid",
	"show uptime",
	"show alarms", /* of its log: ours are alarms */
	"write",
	"write file [PATH]",
	"write memory",
	"write terminal",
	"copy running-config startup-config",
	"configure terminal",
	"shutdown",
	"end",
};

static bool is_dropped(int node, const char *string)
{
	for (size_t i = 0; i < ARRAY_SIZE(dropped); i++)
		if (strcmp(dropped[i], string) == 0)
			return true;
	/* All that would act on the running program from inside the candidate. */
	return node == CONFIG_NODE && strcmp(string, "help") != 0 && strcmp(string, "list") != 0;
}

static void drop_commands(struct cmd_node *node)
{
	vector commands = node->cmd_vector;
	unsigned kept = 0;

	for (unsigned i = 0; i < vector_active(commands); i++) {
		struct cmd_element *element = vector_slot(commands, i);

		if (element && !is_dropped(node->node, element->string))
			vector_slot(commands, kept++) = element;
	}
	for (unsigned i = kept; i < vector_active(commands); i++)
		vector_slot(commands, i) = NULL;
	commands->active = kept;
}

/* Before the sections' own commands are there. */
static void drop_library_commands(int first, int end)
{
	for (int i = first; i < end; i++) {
		struct cmd_node *node = vector_lookup(cmdvec, i);

		if (node && node->cmd_vector)
			drop_commands(node);
	}
}

/* In the order of writing: what is referred to comes first. */
static const struct config_section *const sections[] = {
	&manage_section, &media_section,     &spans_section,  &trunks_section,
	&sip_section,    &registrar_section, &routes_section, &emergency_section,
	&fraud_section,  &records_section,   &http_section,   &webhooks_section,
	&snmp_section,   &history_section,
};

void manage_init(void *talloc_ctx, const char *version)
{
	app_info.version = version;
	app_info.tall_ctx = talloc_ctx;
	started_us = clock_now_us();
	agent_prepare();
	vty_init(&app_info);
	if (osmo_log_info)
		logging_vty_add_cmds();
	drop_library_commands(0, _LAST_OSMOVTY_NODE);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		config_register(sections[i]);
		sections[i]->install();
	}
	drop_library_commands(NODE_CLI, NODES_END);
	show_install();
	show_familiar_install();
	show_guard_install();
	show_fraud_install();
	cause_test_install();
	route_test_install();
	show_changes_install();
	show_options_install();
	drain_vty_install();
	show_alarms_install();
	show_webhooks_install();
	show_lookups_install();
	show_transports_install();
	show_records_install();
	show_timeline_install();
	why_vty_install();
	watch_channels_install();
	watch_call_install();
	export_vty_install();
	show_emergency_install();
	show_trunk_groups_install();
	show_performance_install();
	show_registrations_install();
	show_quality_install();
	show_traffic_install();
	show_sound_install();
	actions_install();
	maintenance_vty_install();
	channel_test_install();
	candidate_install();
	store_install();
}

/* Why the port cannot be had, as an errno: libosmocore logs it, but does not tell. */
static int port_error(const char *address, uint16_t port)
{
	struct sockaddr_storage at = { 0 };
	struct osmo_sockaddr_str text;
	int fd, one = 1, rc;

	osmo_sockaddr_str_from_str(&text, address, port);
	osmo_sockaddr_str_to_sockaddr(&text, &at);
	fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	rc = bind(fd, (struct sockaddr *)&at, sizeof(at));
	if (rc == 0)
		rc = listen(fd, 1);
	rc = rc ? errno : 0;
	close(fd);
	return rc;
}

static int listen_on_tcp(struct gateway *served, const struct manage_config *config)
{
	int error = port_error(config->cli_address, config->cli_port);

	if (error) {
		LOGP(DMANAGE, LOGL_FATAL,
		     "CLI cannot listen on %s TCP port %u: %s; `ss -ltnp sport = :%u` names who "
		     "holds it, `cli` / `listen` in %s takes another\n",
		     config->cli_address, config->cli_port, strerror(error), config->cli_port,
		     served->config_file);
		return -error;
	}
	return telnet_init_dynif(served->owner, served, config->cli_address, config->cli_port) < 0
		       ? -EADDRINUSE
		       : 0;
}

int manage_start(struct gateway *served)
{
	int rc = 0;

	begun = *(const struct manage_config *)config_get(served->running, &manage_section);
	if (*begun.cli_socket)
		rc = cli_socket_open(served->owner, begun.cli_socket, begun.cli_group);
	if (rc == 0 && *begun.cli_address)
		rc = listen_on_tcp(served, &begun);
	if (rc < 0) {
		cli_socket_close();
		return rc;
	}
	gateway = served;
	audit_open(served->state_dir);
	osmo_signal_register_handler(SS_L_VTY, on_vty_event, NULL);
	return 0;
}

void manage_stop(void)
{
	struct session *session, *next;

	if (!gateway)
		return;
	llist_for_each_entry_safe (session, next, &sessions, entry)
		vty_close(session->vty); /* comes back as VTY_CLOSED */
	channel_test_end_all();
	if (*begun.cli_address)
		telnet_exit();
	cli_socket_close();
	later_stop();
	osmo_signal_unregister_handler(SS_L_VTY, on_vty_event, NULL);
	candidate_stop();
	commit_stop();
	audit_close();
	gateway = NULL;
}
