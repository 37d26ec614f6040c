#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include <gm2m/gm2m.hpp>

namespace gm2m::test {

/// A registry and what its checks say.
class CheckTest : public testing::Test {
protected:
    /// "E301 cinema.User", by id, without what is before the number.
    static std::string summary(const std::vector<Finding>& findings) {
        std::vector<std::string> lines;
        for (const Finding& finding : findings)
            lines.push_back(
                finding.id.substr(finding.id.find('.') + 1) + " " + finding.subject +
                (finding.level == Level::warning && finding.id.find('W') == std::string::npos ? " (warning)" : ""));
        std::ranges::sort(lines);
        std::string text;
        for (const std::string& line : lines)
            text += (text.empty() ? "" : ", ") + line;
        return text;
    }
    std::string found(const CheckOptions& options = {}) const { return summary(check(models, options)); }
    /// The only finding.
    Finding one() const {
        const std::vector<Finding> findings = check(models);
        EXPECT_EQ(findings.size(), 1U) << to_string(findings);
        return findings.empty() ? Finding() : findings.front();
    }
    RunTimeModelBuilder declare(const char* label) {
        auto builder = models.model(label);
        builder.primary_key("id", Kind::big_integer).field("name", Kind::text);
        return builder;
    }

    Registry models;
};

}  // namespace gm2m::test
