/* The CLI on a Unix socket: who may open the file may give commands. Control thread. */
#pragma once

struct vty;

/* group: who may, besides us and root; "": nobody. Permissions are 0660. A file that a process left behind that is gone
 * is replaced. 0 or -errno with the reason logged: -EADDRINUSE, somebody listens there; -EEXIST, it is no socket;
 * -ENOENT, no such group or directory. */
int cli_socket_open(void *talloc_ctx, const char *path, const char *group);
void cli_socket_close(void); /* sessions are closed before */
/* At a session's first event, of any kind: it is served as those of this socket are. */
void cli_socket_serve(struct vty *vty);
/* At a session's VTY_CLOSED, of any kind: libosmovty closes its descriptor at once and again after writing what is left, and
 * by then the number may be another file's. This leaves it the second time alone. */
void cli_socket_close_once(struct vty *vty);
