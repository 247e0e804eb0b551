"""What a terminal shows: as much of ECMA-48 and xterm as full screens of the gateway use."""
import re

_PIECES = re.compile(r"\x1b\[(\??[\d;]*)([A-Za-z])|\x1b(?!\[)|([^\x1b]+)")


class Terminal:
    def __init__(self):
        self.lines, self.row, self.column = {}, 1, 1
        self.alternate, self.cursor, self.seen = False, True, False

    def feed(self, text):
        for match in _PIECES.finditer(text):
            arguments, final, plain = match.groups()
            if plain is not None:
                self._write(plain)
            elif final:
                self._control(arguments, final)
        return self

    def _write(self, text):
        if self.alternate:
            line = self.lines.get(self.row, "").ljust(self.column - 1)
            self.lines[self.row] = line[:self.column - 1] + text + line[self.column - 1 + len(text):]
            self.column += len(text)

    def _control(self, arguments, final):
        if (arguments, final) in (("?1049", "h"), ("?1049", "l")):
            self.alternate = final == "h"
            self.seen |= self.alternate
        elif (arguments, final) in (("?25", "h"), ("?25", "l")):
            self.cursor = final == "h"
        elif final == "H":
            self.row, self.column = (int(n) for n in arguments.split(";"))
        elif final == "K":
            self.lines[self.row] = self.lines.get(self.row, "")[:self.column - 1]
        elif (arguments, final) == ("2", "J"):
            self.lines = {}
        else:
            assert final == "m", "unknown control sequence %s%s" % (arguments, final)

    def text(self):
        """Lines from the top."""
        return [self.lines.get(row, "") for row in range(1, max(self.lines, default=0) + 1)]

    def line(self, begin):
        """The first line that begins so; "" when there is none."""
        return next((line for line in self.text() if line.startswith(begin)), "")
