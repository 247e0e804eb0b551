/* The HTTP server: its socket, its place in the control loop, and how it changes with the configuration. */
#include "manage/http/http.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>
#include <osmocom/core/select.h>
#include <osmocom/core/sockaddr_str.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>

#include "base/config.h"
#include "base/log.h"
#include "manage/http/access.h"
#include "manage/http/connection.h"
#include "manage/http/draft.h"
#include "manage/http/events.h"
#include "manage/http/http_config.h"
#include "manage/http/http_tls.h"
#include "manage/manage.h"

enum { BACKLOG = 64, LOOK_S = 5 /* at the certificate */ };

static struct {
	struct http_config config;
	struct connections connections;
	struct access access;
	struct events events;
	struct http_tls tls;
	struct MHD_Daemon *daemon; /* NULL: nothing is served */
	struct osmo_fd epoll;
	struct osmo_timer_list due, second;
	unsigned seconds;
	int failed; /* why nothing is served, as said last; 0: nothing went wrong */
} http;

static bool is_full(void)
{
	return MHD_get_daemon_info(http.daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
		       ->num_connections >= http.config.connections;
}

/* libmicrohttpd takes no connections while it is full, and listens again at the next run after. */
static void run(void)
{
	const bool was_full = is_full();
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(http.daemon);
	if (was_full && !is_full())
		MHD_run(http.daemon);
	osmo_timer_del(&http.due);
	if (MHD_get_timeout(http.daemon, &ms) == MHD_YES)
		osmo_timer_schedule(&http.due, (int)(ms / 1000), (int)(ms % 1000) * 1000);
}

static int on_ready(struct osmo_fd *fd, unsigned what)
{
	(void)fd, (void)what;
	run();
	return 0;
}

static void on_due(void *data)
{
	(void)data;
	run();
}

static void run_soon(void)
{
	osmo_timer_schedule(&http.due, 0, 0);
}

/* A socket that listens, or -errno. */
static int open_socket(const struct http_config *config)
{
	struct sockaddr_storage at = { 0 };
	struct osmo_sockaddr_str text;
	int fd, one = 1, error;

	osmo_sockaddr_str_from_str(&text, config->address, config->port);
	osmo_sockaddr_str_to_sockaddr(&text, &at);
	fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (at.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

static struct MHD_Daemon *daemon_new(int fd)
{
	const bool secure = *http.config.certificate;
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (secure ? MHD_USE_TLS : 0);
	struct MHD_OptionItem options[] = {
		{ MHD_OPTION_LISTEN_SOCKET, fd, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, http.config.connections, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, http.config.timeout_s, NULL },
		{ MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)connection_completed, &http.connections },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)connection_changed, &http.connections },
		{ secure ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, http.tls.certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, http.tls.key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
		{ MHD_OPTION_END, 0, NULL },
	};

	return MHD_start_daemon(flags, 0, connection_accept, &http.connections, connection_request,
				&http.connections, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static void stop_serving(void)
{
	if (!http.daemon)
		return;
	events_end(&http.events);
	osmo_fd_unregister(&http.epoll);
	osmo_timer_del(&http.due);
	MHD_stop_daemon(http.daemon);
	http.daemon = NULL;
}

/* Serves, unless there is no section or no certificate yet. 0 or -errno. */
static int serve(void)
{
	const union MHD_DaemonInfo *info;
	int fd;

	http.connections.timeout_s = http.config.timeout_s;
	http.connections.max = http.config.connections;
	http.connections.secure = *http.config.certificate;
	if (!http.config.on || (http.connections.secure && !http.tls.key))
		return 0;
	fd = open_socket(&http.config);
	if (fd < 0)
		return fd;
	http.daemon = daemon_new(fd);
	if (!http.daemon) {
		close(fd);
		return -EIO;
	}
	info = MHD_get_daemon_info(http.daemon, MHD_DAEMON_INFO_EPOLL_FD);
	osmo_fd_setup(&http.epoll, info->epoll_fd, OSMO_FD_READ, on_ready, NULL, 0);
	osmo_fd_register(&http.epoll);
	LOGP(DMANAGE, LOGL_NOTICE, "HTTP%s on %s TCP port %u\n", http.connections.secure ? "S" : "",
	     http.config.address, http.config.port);
	run();
	return 0;
}

/* Takes a renewed certificate, and tries again what could not be served. */
static void look(void)
{
	int rc;

	if (http_tls_read(&http.tls, &http.config))
		stop_serving();
	if (http.daemon)
		return;
	rc = serve();
	if (rc < 0 && rc != http.failed)
		LOGP(DMANAGE, LOGL_ERROR,
		     "HTTP%s is not served: %s; it is tried again every %d s\n",
		     http.connections.secure ? "S" : "", strerror(-rc), LOOK_S);
	http.failed = rc;
}

static void on_second(void *data)
{
	(void)data;
	osmo_timer_schedule(&http.second, 1, 0);
	connections_hurry(&http.connections);
	if (++http.seconds % LOOK_S == 0)
		look();
}

/* What connections hang on. */
static bool same_server(const struct http_config *a, const struct http_config *b)
{
	return a->on == b->on && strcmp(a->address, b->address) == 0 && a->port == b->port &&
	       strcmp(a->certificate, b->certificate) == 0 && strcmp(a->key, b->key) == 0 &&
	       a->connections == b->connections && a->timeout_s == b->timeout_s;
}

static bool same_listeners(const struct http_config *a, const struct http_config *b)
{
	return a->anonymous == b->anonymous && a->n_users == b->n_users &&
	       a->n_tokens == b->n_tokens && memcmp(a->users, b->users, sizeof(a->users)) == 0 &&
	       memcmp(a->tokens, b->tokens, sizeof(a->tokens)) == 0;
}

int http_apply(struct gateway *gateway, const struct http_config *config,
	       struct config_report *report)
{
	const bool same = same_server(&http.config, config);
	const bool same_who = same_listeners(&http.config, config);
	int rc;

	http.connections.api = (struct api){ gateway, &http.access, &http.events };
	http.access.config = &http.config;
	http.config = *config;
	if (same && http.daemon && !same_who)
		events_end(&http.events); /* who may listen */
	if (same && !http.daemon)
		look(); /* no fault of this configuration */
	if (same)
		return 0;
	stop_serving();
	events_init(&http.events, gateway, &http.access, run_soon);
	connections_init(&http.connections);
	osmo_timer_setup(&http.due, on_due, NULL);
	osmo_timer_setup(&http.second, on_second, NULL);
	if (config->on)
		osmo_timer_schedule(&http.second, 1, 0);
	else
		osmo_timer_del(&http.second);
	http_tls_read(&http.tls, config);
	rc = serve();
	if (rc < 0)
		config_fault(
			report, 0,
			"HTTP cannot listen on %s TCP port %u: %s; `ss -ltnp sport = :%u` names "
			"who holds it, `http` / `listen` takes another",
			config->address, config->port, strerror(-rc), config->port);
	http.failed = rc;
	return rc;
}

void http_stop(void)
{
	stop_serving();
	osmo_timer_del(&http.second);
	draft_stop();
	http_tls_fini(&http.tls);
	memset(&http.access, 0, sizeof(http.access));
	memset(&http.config, 0, sizeof(http.config));
}
