#include "app/commands/control_client.hpp"

#include "app/cluster_accounts.hpp"
#include "app/commands/database_path.hpp"
#include "app/commands/http_exchange.hpp"
#include "app/embedded.hpp"
#include "base/task_scope.hpp"
#include "codec/json_text.hpp"
#include "net/listen.hpp"

#include <cerrno>
#include <cstring>
#include <optional>

namespace wgw::app {
namespace {

constexpr int kSeconds = 30;  // the store answers within 5, and 64 passwords may be hashed before ours

/// The sentences of an array of bad fields.
std::string reasons(JsonValue fields)
{
    std::string out;
    auto each = fields.elements();
    while (const auto field = each.next()) {
        const auto constraints = field->is_object() ? field->find("constraints") : std::nullopt;
        if (!constraints)
            continue;
        auto members = constraints->members();
        while (const auto member = members.next())
            out += (out.empty() ? "" : "; ") + (member->value.is_string() ? member->value.string() : std::string());
    }
    return out + '.';
}

/// The data of an envelope. Throws Refused.
std::string data_of(const std::string& envelope)
{
    if (json_check(envelope) != JsonError::none || !JsonValue(envelope).is_object())
        throw std::runtime_error("The server has answered with something that is no answer. Is it of this version?");
    const JsonValue reply(envelope);
    const auto success = reply.find("success");
    const auto data = reply.find("data");
    if (success && success->text() == "true")
        return data ? std::string(data->text()) : "null";
    if (data && data->is_array())
        throw Refused(reasons(*data));
    const auto message = data && data->is_object() ? data->find("message") : std::nullopt;
    throw Refused(message && message->is_string() ? message->string() : "The server has refused it.");
}

[[noreturn]] void cannot_reach(const std::string& socket, int error)
{
    if (error == EACCES || error == EPERM)
        throw std::runtime_error(
            "The server of " + socket + " belongs to another user. Run this as that user, or as root."
        );
    throw std::runtime_error("The server of " + socket + " cannot be reached: " + std::strerror(error) + ".");
}

std::string socket_of(const Options& options) { return options.data + "/" + std::string(kControlSocket); }

/// Nobody listens there: it is no other error.
bool is_nobody(int error) { return error == ENOENT || error == ECONNREFUSED || error == ENOTDIR; }

/// The answer of whoever listens at the other end.
std::string answer_of(const net::Fd& connection, std::string_view operation, const std::string& arguments)
{
    auto answer = exchange(connection, "POST", "/" + std::string(operation), arguments, kSeconds);
    if (!answer)
        throw std::runtime_error("The server has not answered. Whether it was done is not known: look, and try again.");
    return std::move(answer->body);
}

}  // namespace

std::optional<std::string> ask_running(const Options& options, std::string_view operation, const std::string& arguments)
{
    if (options.roles.any())
        return {};
    const auto connection = net::connect_at(socket_of(options));
    if (!connection && is_nobody(errno))
        return {};
    if (!connection)
        cannot_reach(socket_of(options), errno);
    return data_of(answer_of(connection, operation, arguments));
}

/// What is needed of a server to run operations.
class ControlClient::Here {
public:
    Here() = default;
    Here(const Here&) = delete;
    Here& operator=(const Here&) = delete;
    virtual ~Here() = default;

    std::string run(std::string_view operation, const std::string& arguments)
    {
        Kept response;
        const std::string name(operation);
        TaskScope scope([](std::exception_ptr) {});  // serve() throws nothing
        loop_.post([&] { scope.spawn(keep(control(), name, arguments, response)); });
        while (!response)
            loop_.turn();
        return std::move(response->body);
    }

protected:
    virtual Control& control() = 0;

    SystemClock clock_;
    SystemRandom random_;
    net::Loop loop_{clock_};

private:
    using Kept = std::optional<HttpResponse>;

    /// run() waits for its end.
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters)
    static Task<void> keep(Control& control, const std::string& name, std::string arguments, Kept& response)
    {
        response = co_await control.serve(name, std::move(arguments));
    }
};

/// The whole graph of a server that listens nowhere.
class ControlClient::EmbeddedHere final : public Here {
public:
    explicit EmbeddedHere(const Options& options)
        : server_(options, loop_, clock_, random_, [] {}, Embedded::Listening::no)
    {
    }

private:
    Control& control() override { return server_.control(); }

    Embedded server_;
};

class ControlClient::ClusterHere final : public Here {
public:
    ClusterHere(const Options& options, ClusterAccounts::Collections collections)
        : accounts_(options, loop_, clock_, random_, collections)
    {
    }

private:
    Control& control() override { return accounts_.control(); }

    ClusterAccounts accounts_;
};

ControlClient::ControlClient(const Options& options, Missing missing)
    : socket_(socket_of(options)), is_cluster_(options.roles.any())
{
    if (is_cluster_) {
        using enum ClusterAccounts::Collections;
        log::init(log::Level::error, log::Format::text);  // what is away is told by what fails
        here_ = std::make_unique<ClusterHere>(options, missing == Missing::make ? make : as_they_are);
        return;
    }
    if (net::connect_at(socket_))
        return;
    if (!is_nobody(errno))
        cannot_reach(socket_, errno);
    if (missing == Missing::refuse && !has_database(options.data))
        throw std::runtime_error(
            "There is no server and no database in " + options.data +
            ". Name the right folder with --data or WGW_DATA, or start a server there: wegowhere serve"
        );
    log::init(log::Level::warn, log::Format::text);
    try {
        here_ = std::make_unique<EmbeddedHere>(options);
    } catch (const store::DataFolderError& error) {
        throw std::runtime_error(
            std::string(error.what()) + " If it is a server that is just starting or ending, try again in a moment."
        );
    }
}

ControlClient::~ControlClient() = default;

std::string ControlClient::ask(std::string_view operation, const std::string& arguments)
{
    return data_of(here_ ? here_->run(operation, arguments) : ask_server(operation, arguments));
}

std::string ControlClient::ask_server(std::string_view operation, const std::string& arguments) const
{
    const auto connection = net::connect_at(socket_);
    if (!connection)
        cannot_reach(socket_, errno);
    return answer_of(connection, operation, arguments);
}

}  // namespace wgw::app
