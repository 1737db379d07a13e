#include "app/commands/ask_secret.hpp"

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <termios.h>
#include <unistd.h>

namespace wgw::app {
namespace {

constexpr std::size_t kGreatest = 8'192;

/// Keys come one by one and are not shown, until it is destroyed. Ctrl-C is a key too: it could otherwise end the
/// command in a terminal that shows nothing any more.
class Silence {
public:
    Silence()
    {
        ::tcgetattr(STDIN_FILENO, &before_);
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
        quiet.c_cc[VMIN] = 1;
        quiet.c_cc[VTIME] = 0;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }

private:
    termios before_{};
};

bool read_byte(char& byte)
{
    ssize_t got = 0;
    do
        got = ::read(STDIN_FILENO, &byte, 1);
    while (got < 0 && errno == EINTR);
    return got == 1;
}

std::string read_keys()
{
    constexpr char kInterrupt = 3, kEnd = 4, kBackspace = 8, kKill = 21, kDelete = 127;
    const Silence silence;
    std::string text;
    char key = 0;
    while (read_byte(key) && key != '\n' && key != '\r') {
        if (key == kInterrupt || (key == kEnd && text.empty()))
            throw std::runtime_error("Cancelled; nothing was changed.");
        if (key == kKill) {
            text.clear();
        } else if (key == kBackspace || key == kDelete) {
            while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80U)
                text.pop_back();  // of one character
            if (!text.empty())
                text.pop_back();
        } else if (text.size() < kGreatest) {
            text += key;
        }
    }
    return text;
}

std::string ask_terminal(const std::string& prompt)
{
    std::fprintf(stderr, "%s: ", prompt.c_str());
    try {
        auto text = read_keys();
        std::fputc('\n', stderr);
        return text;
    } catch (...) {
        std::fputc('\n', stderr);
        throw;
    }
}

std::string read_line()
{
    std::string text;
    char byte = 0;
    while (text.size() < kGreatest && read_byte(byte) && byte != '\n')
        text += byte;
    if (text.ends_with('\r'))
        text.pop_back();
    return text;
}

}  // namespace

std::string ask_secret(const std::string& what, Twice twice)
{
    const bool terminal = ::isatty(STDIN_FILENO) != 0;
    std::string text = terminal ? ask_terminal(what) : read_line();
    if (text.empty())
        throw std::runtime_error(
            what + " is missing: type it on a terminal, or give it as the first line of standard input."
        );
    if (terminal && twice == Twice::yes && ask_terminal(what + " again") != text)
        throw std::runtime_error("The two are not the same; nothing was changed. Try again.");
    return text;
}

}  // namespace wgw::app
