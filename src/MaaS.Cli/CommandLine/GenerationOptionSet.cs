using System.CommandLine;
using MaaS.Core.Generation;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.CommandLine;

/// <summary>The options that say how a language model writes.</summary>
/// <param name="maxTokens">How many tokens are written where the command line does not say.</param>
internal sealed class GenerationOptionSet(int maxTokens = 64)
{
    private readonly Option<int> _maxTokens = Number(
        "--max-tokens", "Of a language model: most tokens to write.", maxTokens);
    private readonly Option<double> _temperature = Number(
        "--temperature", "Below 1 the likely becomes likelier; 0 always takes the likeliest token.", 0.8);
    private readonly Option<int> _topK = Number(
        "--top-k", "Draw from the so many likeliest tokens only; 0 for all.", 0);
    private readonly Option<double> _topP = Number(
        "--top-p", "Draw from the fewest tokens whose probabilities reach this sum.", 0.95);
    private readonly Option<double> _penalty = Number(
        "--repetition-penalty", "Above 1, what was written becomes less likely.", 1.0);
    private readonly Option<int?> _seed = new("--seed")
    {
        Description = "The same seed writes the same text.",
        HelpName = "number",
    };

    /// <summary>Every option of this set.</summary>
    public IReadOnlyList<Option> All => [_maxTokens, _temperature, _topK, _topP, _penalty, _seed];

    public void AddTo(Command command) => All.AddTo(command);

    /// <exception cref="UsageException">A value is out of its range.</exception>
    public GenerationOptions Read(ParseResult result) => Checked(() =>
    {
        var options = new GenerationOptions
        {
            MaxNewTokens = result.GetValue(_maxTokens),
            Temperature = result.GetValue(_temperature),
            TopK = result.GetValue(_topK),
            TopP = result.GetValue(_topP),
            RepetitionPenalty = result.GetValue(_penalty),
            Seed = result.GetValue(_seed),
        };
        options.Validate();
        return options;
    });
}
