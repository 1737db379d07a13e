#include "model/failure_json.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

TEST(AFailure, SaysMessageAndCodeAndWhatElseHelps)
{
    Failure failure = Errc::rate_limited;
    failure.retry_after_ms = 250;
    EXPECT_EQ(
        failure_data(failure, "r1"),
        R"({"message":"Too many requests. Please wait a moment.","code":"rate_limited","request_id":"r1","retry_after_ms":250})"
    );
}

TEST(AFailure, OfValidationIsTheBareArray)
{
    EXPECT_EQ(failure_data(invalid(R"([{"property":"name"}])"), "r1"), R"([{"property":"name"}])");
}

TEST(AFailure, OfValidationHasMoreWhereTheOriginalHasNoSuchOperation)
{
    EXPECT_EQ(
        failure_data(invalid(R"([{"property":"refresh"}])"), "r1", false),
        R"({"message":"The request is not valid.","code":"validation_failed","request_id":"r1","errors":[{"property":"refresh"}]})"
    );
}

/// What a service says, and what that is to a gateway: status, and data without a request id.
struct Row {
    std::string_view name;
    std::string_view error;
    int status;
    std::string_view data;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

constexpr std::string_view kOops = R"({"message":"Oops! Something unexpected occurred.","code":"internal"})";
constexpr std::string_view kOnlyOops = R"({"message":"Oops! Something unexpected occurred."})";

const Row kRows[] = {
    {"words",           R"({"status":418,"data":"text"})",                     418, R"({"message":"text"})"        },
    {"an_object",       R"({"status":404,"data":{"message":"m"}})",            404, R"({"message":"m"})"           },
    {"any_object",      R"({"data":{"a":[1e400]},"status":409})",              409, R"({"a":[1e400]})"             },
    {"null_data",       R"({"status":404,"data":null})",                       404, "null"                         },
    {"no_data",         R"({"status":404,"message":"m"})",                     404, kOnlyOops                      },
    {"no_status",       R"({"data":"x"})",                                     500, R"({"message":"x"})"           },
    {"status_text",     R"({"status":"404","data":"x"})",                      404, R"({"message":"x"})"           },
    {"status_word",     R"({"status":"error","message":"Internal"})",          500, ""                             },
    {"status_99",       R"({"status":99,"data":"x"})",                         500, ""                             },
    {"status_101",      R"({"status":101,"data":"x"})",                        500, ""                             },
    {"status_600",      R"({"status":600,"data":"x"})",                        500, ""                             },
    {"status_null",     R"({"status":null,"data":"x"})",                       500, ""                             },
    {"nothing",         "{}",                                                  500, kOops                          },
    {"a_string",        R"("There is no handler")",                            500, kOops                          },
    {"a_list",          "[1]",                                                 500, kOops                          },
    {"no_json",         "hello",                                               500, kOops                          },
    {"bad_fields",      R"({"status":400,"data":[{"property":"a"}]})",         400, R"([{"property":"a"}])"        },
    {"an_unknown_code", R"({"status":400,"data":{"message":"m","code":"x"}})", 400, R"({"message":"m","code":"x"})"},
};

class AnError : public testing::TestWithParam<Row> {};

TEST_P(AnError, IsToldAsItIs)
{
    const Failure failure = read_failure(GetParam().error);
    EXPECT_EQ(failure.http_status(), GetParam().status);
    EXPECT_EQ(failure_data(failure), GetParam().data);
}

INSTANTIATE_TEST_SUITE_P(Table, AnError, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(AFailure, IsTheSameBehindTheBus)
{
    Failure wrong(Errc::unauthorized, "Username or password is wrong!");
    wrong.status = 400;
    Failure limited = Errc::rate_limited;
    limited.retry_after_ms = 250;
    Failure fields = invalid(R"([{"property":"name"}])");
    for (const Failure& failure : {Failure(Errc::not_member), Failure(Errc::unavailable), wrong, limited, fields})
        EXPECT_EQ(read_failure(failure_error(failure)), failure) << failure_error(failure);
}

TEST(AFailure, IsAnErrorInTheRecordedForm)
{
    EXPECT_EQ(
        failure_error(Errc::not_found),
        R"({"status":404,"data":{"message":"Chat room is not found! Please create one first.","code":"not_found"}})"
    );
    EXPECT_EQ(failure_error(invalid("[1]")), R"({"status":400,"data":[1]})");
    EXPECT_EQ(failure_error(read_failure(R"({"status":99,"data":"x"})")), R"({"status":500})");
}

TEST(AnErrorOfAnotherService, HasItsWords)
{
    EXPECT_EQ(
        read_failure(R"({"status":404,"data":{"message":"Please reset your password!"}})").text(),
        "Please reset your password!"
    );
    EXPECT_EQ(read_failure(R"({"status":418,"data":"text"})").text(), "text");
}

TEST(AnErrorOfAnotherService, HasACodeThatFitsItsStatus)
{
    EXPECT_EQ(read_failure(R"({"status":401,"data":"x"})").code, Errc::unauthorized);
    EXPECT_EQ(read_failure(R"({"status":422,"data":"x"})").code, Errc::username_taken);
    EXPECT_EQ(read_failure(R"({"status":418,"data":"x"})").code, Errc::validation_failed);
    EXPECT_EQ(read_failure(R"({"status":502,"data":"x"})").code, Errc::internal);
}

}  // namespace
}  // namespace wgw
