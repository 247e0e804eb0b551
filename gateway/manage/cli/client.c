/* A client of the CLI. At a terminal it hands octets on; else it waits for a prompt, sends a command, and prints what
 * comes before the next prompt. Telnet's own octets (RFC 854) go no further. */
#include "manage/cli/client.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <osmocom/core/sockaddr_str.h>

#include "manage/manage_config.h"

enum {
	REFUSED = 1,
	ABSENT = 2,
	IAC = 255,
	SUBNEGOTIATION = 250,
	END_OF_IT = 240, /* RFC 854, RFC 855 */
	FIRST_WITH_OPTION = 251,
	WINDOW = 31, /* RFC 1073 */
	LINE_MAX_OCTETS = 4096,
};

/* Telnet */

struct telnet {
	bool plain; /* without carriage returns and zeros, too */
	enum { TEXT, COMMAND, OPTION, PARAMETERS, PARAMETERS_END } state;
};

/* The text of what came, in its place. */
static size_t strip_telnet(struct telnet *telnet, uint8_t *octets, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t c = octets[i];

		switch (telnet->state) {
		case TEXT:
			if (c == IAC)
				telnet->state = COMMAND;
			else if (!telnet->plain || (c != '\r' && c))
				octets[kept++] = c;
			break;
		case COMMAND:
			telnet->state = c == SUBNEGOTIATION      ? PARAMETERS
					: c >= FIRST_WITH_OPTION ? OPTION
								 : TEXT;
			break;
		case OPTION:
			telnet->state = TEXT;
			break;
		case PARAMETERS:
			if (c == IAC)
				telnet->state = PARAMETERS_END;
			break;
		case PARAMETERS_END:
			telnet->state = c == END_OF_IT ? TEXT : PARAMETERS;
			break;
		}
	}
	return kept;
}

/* The gateway */

static int connect_to(const struct sockaddr *address, socklen_t len)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, address, len)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int open_gateway(const struct manage_config *config)
{
	struct sockaddr_un file = { .sun_family = AF_UNIX };
	struct sockaddr_storage tcp = { 0 };
	struct osmo_sockaddr_str text;
	int fd = -1;

	if (*config->cli_socket) {
		memcpy(file.sun_path, config->cli_socket, sizeof(config->cli_socket));
		fd = connect_to((struct sockaddr *)&file, sizeof(file));
	}
	if (fd < 0 && *config->cli_address &&
	    osmo_sockaddr_str_from_str(&text, config->cli_address, config->cli_port) == 0 &&
	    osmo_sockaddr_str_to_sockaddr(&text, &tcp) == 0)
		fd = connect_to((struct sockaddr *)&tcp, sizeof(tcp));
	if (fd < 0)
		fprintf(stderr,
			"the gateway does not answer at %s: %s; is it running, and with this "
			"configuration (-c FILE)?\n",
			*config->cli_socket ? config->cli_socket : config->cli_address,
			strerror(errno));
	return fd;
}

static bool send_all(int fd, const void *octets, size_t n)
{
	const uint8_t *at = octets;

	while (n) {
		ssize_t sent = write(fd, at, n);

		if (sent <= 0)
			return false;
		at += sent;
		n -= (size_t)sent;
	}
	return true;
}

/* At a terminal */

static struct termios saved;
static volatile sig_atomic_t resized;

static void restore(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &saved);
}

static void on_resize(int number)
{
	(void)number;
	resized = 1;
}

/* How large the window is (RFC 1073); 255 is sent twice (RFC 855). */
static bool tell_size(int fd)
{
	uint8_t octets[16] = { IAC, SUBNEGOTIATION, WINDOW };
	struct winsize size;
	size_t n = 3;

	resized = 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col || !size.ws_row)
		return true;
	const uint8_t parameters[] = { (uint8_t)(size.ws_col >> 8), (uint8_t)size.ws_col,
				       (uint8_t)(size.ws_row >> 8), (uint8_t)size.ws_row };
	for (size_t i = 0; i < sizeof(parameters); i++) {
		octets[n++] = parameters[i];
		if (parameters[i] == IAC)
			octets[n++] = IAC;
	}
	octets[n++] = IAC;
	octets[n++] = END_OF_IT;
	return send_all(fd, octets, n);
}

/* A command that shows a screen, given with the program: the session ends when the screen does, or is refused. */
struct one_screen {
	bool only; /* there is one */
	bool shown;
	size_t matched; /* octets of what ends it */
	char before;
};

/* False: it is over. */
static bool goes_on(struct one_screen *one, const uint8_t *octets, size_t n)
{
	static const char end[] = "\033[?1049l";

	for (size_t i = 0; one->only && i < n; i++) {
		const char c = (char)octets[i];

		one->matched = c == end[one->matched] ? one->matched + 1 : c == end[0];
		one->shown |= c == end[0];
		if (!end[one->matched] || (c == '%' && one->before == '\n' && !one->shown))
			return false;
		one->before = c;
	}
	return true;
}

/* False: one of the two has ended. */
static bool hand_on(int fd, struct telnet *telnet, const struct pollfd what[2],
		    struct one_screen *one)
{
	uint8_t octets[4096];
	ssize_t n;
	size_t kept;

	if (what[0].revents) {
		n = read(STDIN_FILENO, octets, sizeof(octets));
		if (n <= 0 || !send_all(fd, octets, (size_t)n))
			return false;
	}
	if (what[1].revents) {
		n = read(fd, octets, sizeof(octets));
		if (n <= 0)
			return false;
		kept = strip_telnet(telnet, octets, (size_t)n);
		return send_all(STDOUT_FILENO, octets, kept) && goes_on(one, octets, kept);
	}
	return true;
}

static void make_raw(void)
{
	struct termios raw;

	tcgetattr(STDIN_FILENO, &saved);
	atexit(restore);
	raw = saved;
	cfmakeraw(&raw);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static int be_a_terminal(int fd, struct one_screen one)
{
	const struct sigaction action = { .sa_handler = on_resize };
	struct telnet telnet = { 0 };
	struct pollfd what[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
				  { .fd = fd, .events = POLLIN } };
	sigset_t outside, window;

	make_raw();
	sigemptyset(&window);
	sigaddset(&window, SIGWINCH);
	sigprocmask(SIG_BLOCK, &window, &outside);
	sigdelset(&outside, SIGWINCH);
	sigaction(SIGWINCH, &action, NULL);
	resized = 1;
	do {
		if (resized && !tell_size(fd))
			break;
		what[0].revents = what[1].revents = 0;
		ppoll(what, 2, NULL, &outside);
	} while (hand_on(fd, &telnet, what, &one));
	return 0;
}

/* Commands and answers */

/* Does the text end with a prompt, "Crosspoint# " or "Crosspoint(config)# "? Its first octet; NULL: no. */
static char *find_prompt(char *text)
{
	char *line = strrchr(text, '\n'), *p;

	line = line ? line + 1 : text;
	for (p = line; isalnum((unsigned char)*p) || strchr("._-", *p); p++)
		if (!*p)
			return NULL;
	if (p > line && *p == '(')
		p += strcspn(p, ")") + 1;
	return p > line && (*p == '>' || *p == '#') && (p[1] == '\0' || !strcmp(p + 1, " ")) ? line
											     : NULL;
}

/* What comes before the next prompt; NULL: the gateway has ended it. The caller frees it. */
static char *read_answer(int fd, struct telnet *telnet)
{
	size_t size = 0, len = 0;
	char *text = NULL, *prompt = NULL;

	while (!prompt) {
		if (size - len < 4096) {
			size = size ? 2 * size : 16384;
			char *more = realloc(text, size);
			if (!more)
				break;
			text = more;
		}
		ssize_t n = read(fd, text + len, size - len - 1);
		if (n <= 0)
			break;
		len += strip_telnet(telnet, (uint8_t *)text + len, (size_t)n);
		text[len] = '\0';
		prompt = find_prompt(text);
	}
	if (prompt)
		*prompt = '\0';
	else
		free(text);
	return prompt ? text : NULL;
}

/* Behind the echo of what was sent. False: a line of it is a refusal. */
static bool print_answer(char *answer)
{
	char *line = strchr(answer, '\n');

	line = line ? line + 1 : answer + strlen(answer);
	fputs(line, stdout);
	fflush(stdout);
	return *line != '%' && !strstr(line, "\n%");
}

/* 0, REFUSED, ABSENT: the gateway is gone. */
static int ask(int fd, struct telnet *telnet, const char *command, bool print)
{
	char *answer;
	bool good;

	if (!send_all(fd, command, strlen(command)) || !send_all(fd, "\r", 1))
		return ABSENT;
	answer = read_answer(fd, telnet);
	if (!answer)
		return ABSENT;
	good = print ? print_answer(answer) : true;
	free(answer);
	return good ? 0 : REFUSED;
}

/* The words as one line. False after a complaint: it is too long. */
static bool join(int n, char *const words[], char command[static LINE_MAX_OCTETS])
{
	size_t len = 0;

	command[0] = '\0';
	for (int i = 0; i < n && len < LINE_MAX_OCTETS; i++)
		len += (size_t)snprintf(command + len, LINE_MAX_OCTETS - len, "%s%s", i ? " " : "",
					words[i]);
	if (len < LINE_MAX_OCTETS)
		return true;
	fprintf(stderr, "the command is too long; at most %d octets\n", LINE_MAX_OCTETS);
	return false;
}

static int ask_words(int fd, struct telnet *telnet, int n, char *const words[])
{
	char command[LINE_MAX_OCTETS];

	return join(n, words, command) ? ask(fd, telnet, command, true) : REFUSED;
}

static int show_screen(int fd, int n, char *const words[])
{
	char command[LINE_MAX_OCTETS];

	if (!join(n, words, command))
		return REFUSED;
	if (!send_all(fd, command, strlen(command)) || !send_all(fd, "\r", 1))
		return ABSENT;
	return be_a_terminal(fd, (struct one_screen){ .only = true });
}

static int ask_lines(int fd, struct telnet *telnet)
{
	char line[LINE_MAX_OCTETS];
	int worst = 0;

	while (worst < ABSENT && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\r\n")] = '\0';
		int rc = ask(fd, telnet, line, true);
		if (rc > worst)
			worst = rc;
	}
	return worst;
}

static int converse(int fd, int n, char *const words[])
{
	const bool screen = n && !strcmp(words[0], "watch");
	struct telnet telnet = { .plain = true };
	char *greeting = read_answer(fd, &telnet);
	int rc = ABSENT;

	if (!greeting)
		return ABSENT;
	free(greeting);
	if (ask(fd, &telnet, "terminal length 0", false) == 0 &&
	    ask(fd, &telnet, "enable", false) == 0)
		rc = screen ? show_screen(fd, n, words)
		     : n    ? ask_words(fd, &telnet, n, words)
			    : ask_lines(fd, &telnet);
	return rc;
}

int client_run(const struct manage_config *config, int n, char *const words[])
{
	const bool terminal = isatty(STDIN_FILENO);
	int fd, rc;

	if (n && !strcmp(words[0], "watch") && (!terminal || !isatty(STDOUT_FILENO))) {
		fprintf(stderr,
			"%s shows a screen, and this is no terminal; over ssh, `ssh -t` "
			"makes one\n",
			words[0]);
		return REFUSED;
	}
	fd = open_gateway(config);
	if (fd < 0)
		return ABSENT;
	rc = !n && terminal ? be_a_terminal(fd, (struct one_screen){ 0 }) : converse(fd, n, words);
	close(fd);
	return rc;
}
