using System.CommandLine;
using MaaS.Training.Checkpoints;
using MaaS.Training.Models.Transformers.Lora;

namespace MaaS.Cli.CommandLine;

/// <summary>The options of small matrices that are trained beside a model's weights.</summary>
internal sealed class LoraOptionSet
{
    private static readonly LoraOptions Default = new();

    private readonly Option<bool> _lora = new("--lora")
    {
        Description = "Train small matrices beside the weights, which stay, and merge them in the end (LoRA).",
    };

    private readonly Option<int> _rank = OptionKinds.Number("--rank", "LoRA: columns of the matrices.", Default.Rank);

    private readonly Option<double> _alpha = OptionKinds.Number(
        "--alpha", "LoRA: factor of the change, over the rank.", Default.Alpha);

    private readonly Option<double> _dropout = OptionKinds.Number(
        "--lora-dropout", "LoRA: share of the matrices' inputs that training drops.", Default.Dropout);

    private readonly Option<string> _targets = new("--target-modules")
    {
        Description = "LoRA: the layers, separated by commas: some of "
            + $"{string.Join(", ", LoraCheckpoint.TargetModules)}.",
        HelpName = "names",
        DefaultValueFactory = static _ => "q_proj,v_proj",
    };

    private readonly Option<DirectoryInfo?> _adapter = new("--adapter")
    {
        Description = "LoRA: folder that gets the matrices themselves, as PEFT reads them.",
        HelpName = "folder",
    };

    /// <summary>Every option of this set.</summary>
    public IReadOnlyList<Option> All => [_lora, _rank, _alpha, _dropout, _targets, _adapter];

    public void AddTo(Command command) => All.AddTo(command);

    /// <summary>Where the matrices go; null for nowhere.</summary>
    public string? Adapter(ParseResult result) => result.GetValue(_adapter)?.FullName;

    /// <summary>What is trained; null for all weights.</summary>
    /// <exception cref="UsageException">A value is out of its range, or given without <c>--lora</c>.</exception>
    public LoraOptions? Read(ParseResult result)
    {
        if (!result.GetValue(_lora))
        {
            UnusedOptions.Refuse(result, "a training without --lora", All.Where(o => o != _lora));
            return null;
        }

        return OptionKinds.Checked(() =>
        {
            var options = new LoraOptions
            {
                Rank = result.GetValue(_rank),
                Alpha = result.GetValue(_alpha),
                Dropout = result.GetValue(_dropout),
                Targets = LoraCheckpoint.Targets(
                    result.GetRequiredValue(_targets).Split(',', StringSplitOptions.TrimEntries)),
            };
            options.Validate();
            return options;
        });
    }
}
