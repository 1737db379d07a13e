#include "codec/http_response.hpp"

#include <cstdio>
#include <ctime>

namespace wgw {
namespace {

std::string bare(int status, std::string_view title, std::string_view message)
{
    std::string body = R"({"error":")" + std::string(title) + R"(","message":")" + std::string(message) +
                       R"(","statusCode":)" + std::to_string(status) + "}";
    return "HTTP/1.1 " + std::to_string(status) + " " + std::string(title) +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nContent-Type: application/json\r\n\r\n" + body;
}

}  // namespace

std::string_view reason_phrase(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 410:
        return "Gone";
    case 413:
        return "Payload Too Large";
    case 415:
        return "Unsupported Media Type";
    case 422:
        return "Unprocessable Entity";
    case 423:
        return "Locked";
    case 426:
        return "Upgrade Required";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 503:
        return "Service Unavailable";
    default:
        return "Unknown";
    }
}

std::string write_response(
    const HttpResponse& response, bool keep_alive, bool head_only, std::string_view date, std::int64_t keep_alive_s
)
{
    std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
    out += reason_phrase(response.status);
    if (!response.content_type.empty()) {
        out += "\r\ncontent-type: ";
        out += response.content_type;
    }
    const bool bodyless = response.status == 204 || response.status == 304;  // RFC 9110 §8.6, §15.4.5
    if (!bodyless) {
        out += "\r\ncontent-length: ";
        out += std::to_string(response.body.size());
    }
    for (const auto& [name, value] : response.headers) {
        out += "\r\n";
        out += name;
        out += ": ";
        out += value;
    }
    out += "\r\nDate: ";
    out += date;
    if (keep_alive && !response.close)
        out += "\r\nConnection: keep-alive\r\nKeep-Alive: timeout=" + std::to_string(keep_alive_s) + "\r\n\r\n";
    else
        out += "\r\nConnection: close\r\n\r\n";
    if (!head_only && !bodyless)
        out += response.body;
    return out;
}

std::string write_error(HttpError error, std::string_view date)
{
    switch (error) {
    case HttpError::header_too_large:
        return bare(431, "Request Header Fields Too Large", "Exceeded maximum allowed HTTP header size");
    case HttpError::missing_host:
        return "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nDate: " + std::string(date) +
               "\r\nContent-Length: 0\r\n\r\n";
    case HttpError::body_too_large:
    case HttpError::none:
    case HttpError::bad_request:
        break;
    }
    return bare(400, "Bad Request", "Client Error");
}

std::string http_date(std::int64_t unix_s)
{
    constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto time = static_cast<std::time_t>(unix_s);
    std::tm parts{};
    gmtime_r(&time, &parts);
    char text[48];
    const int length = std::snprintf(
        text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[parts.tm_wday], parts.tm_mday,
        kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec
    );
    return std::string(text, static_cast<std::size_t>(length));
}

}  // namespace wgw
