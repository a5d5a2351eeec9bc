using System.IO.Enumeration;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Parameters;

/// <summary>How one parameter is trained.</summary>
/// <param name="RateFactor">Factor of the learning rate.</param>
/// <param name="WeightDecay">0 or more.</param>
/// <param name="FirstEpoch">The first epoch in which it changes.</param>
internal sealed record ParameterSetting(double RateFactor, double WeightDecay, int FirstEpoch)
{
    /// <summary>The settings of all parameters under some rules.</summary>
    /// <param name="parameters">Names and tensors.</param>
    /// <param name="rules">In the order in which they are applied.</param>
    /// <param name="weightDecay">Where no rule states another.</param>
    /// <exception cref="ArgumentException">A rule's names fit no parameter.</exception>
    public static ParameterSetting[] Of(
        IReadOnlyList<(string Name, Tensor Tensor)> parameters, IReadOnlyList<ParameterRule> rules, double weightDecay)
    {
        foreach (var rule in rules)
        {
            if (rule.Names != "*" && !parameters.Any(p => Fits(rule.Names, p.Name)))
            {
                throw new ArgumentException(
                    $"ParameterRules: expected names of parameters, got '{rule.Names}', which fits none of "
                        + $"{string.Join(", ", parameters.Select(static p => p.Name))}.");
            }
        }

        return [
            .. parameters.Select(p => rules
                .Where(r => Fits(r.Names, p.Name) && (r.MaxAxes is not { } axes || p.Tensor.dim() <= axes))
                .Aggregate(new ParameterSetting(1, weightDecay, 1), static (setting, rule) => new ParameterSetting(
                    rule.LearningRateFactor ?? setting.RateFactor, rule.WeightDecay ?? setting.WeightDecay,
                    rule.FrozenUntilEpoch ?? setting.FirstEpoch))),
        ];
    }

    private static bool Fits(string pattern, string name)
        => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false)
            || (!pattern.Contains('*') && !pattern.Contains('?')
                && name.StartsWith(pattern + ".", StringComparison.Ordinal));
}
