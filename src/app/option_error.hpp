#pragma once
/// What is wrong with the settings: sentences for the operator, each of which names the variable and says what to do.
///
/// Exit code 78.

#include <stdexcept>
#include <string>
#include <vector>

namespace wgw::app {

struct OptionError : std::runtime_error {
    explicit OptionError(const std::string& sentence) : OptionError(std::vector{sentence}) {}
    /// At least one.
    explicit OptionError(std::vector<std::string> all);

    std::vector<std::string> sentences;
};

/// What is wrong is told all at once: whoever mends one value should not meet the next at the next start.
class Wrong {
public:
    template <class Read>
    void gather(Read read)
    {
        try {
            read();
        } catch (const OptionError& error) {
            sentences_.insert(sentences_.end(), error.sentences.begin(), error.sentences.end());
        }
    }

    void throw_if_any() const
    {
        if (!sentences_.empty())
            throw OptionError(sentences_);
    }

    const std::vector<std::string>& sentences() const { return sentences_; }

private:
    std::vector<std::string> sentences_;
};

}  // namespace wgw::app
