using System.CommandLine;
using MaaS.Training.Pipelines.Generation;

namespace MaaS.Cli.CommandLine;

/// <summary>The options of a language model that is trained from texts alone, beside those of texts.</summary>
internal sealed class LanguageModelOptionSet
{
    private static readonly LanguageModelOptions Default = new();

    private readonly Option<int> _context = OptionKinds.Number(
        "--context", "Language models: longest sequence in tokens.", Default.Context);

    private readonly Option<long?> _keyValueHeads = new("--key-value-heads")
    {
        Description = "Language models of the kind llama: heads of keys and values, which divide --heads; as many "
            + "without it.",
        HelpName = "number",
    };

    /// <summary>Every option of this set.</summary>
    public IReadOnlyList<Option> All => [_context, _keyValueHeads];

    public void AddTo(Command command) => All.AddTo(command);

    /// <summary>Sizes, checked.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="sizes">What the options of texts say.</param>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public LanguageModelOptions Read(ParseResult result, LanguageModelOptions sizes) => OptionKinds.Checked(() =>
    {
        var options = sizes with
        {
            Context = result.GetValue(_context),
            KeyValueHeads = result.GetValue(_keyValueHeads),
        };
        options.Validate();
        return options;
    });
}
