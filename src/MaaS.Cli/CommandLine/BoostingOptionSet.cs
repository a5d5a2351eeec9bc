using System.CommandLine;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Streaming;

namespace MaaS.Cli.CommandLine;

/// <summary>How gradient boosting learns from a table that is read in batches.</summary>
internal sealed class BoostingOptionSet
{
    private static readonly GradientBoosting Default = new();

    private readonly Option<int?> _rounds = new("--boosting-rounds")
    {
        Description = $"Tables with --stream: rounds, {Default.Rounds} without it; the most with --boosting-patience.",
        HelpName = "n",
    };

    private readonly Option<double?> _rate = new("--boosting-rate")
    {
        Description = $"Tables with --stream: how much each tree counts, {Default.LearningRate} without it.",
        HelpName = "number",
    };

    private readonly Option<int?> _leaves = new("--boosting-leaves")
    {
        Description = $"Tables with --stream: most leaves of a tree, {Default.Leaves} without it.",
        HelpName = "n",
    };

    private readonly Option<int?> _leafRows = new("--boosting-leaf-rows")
    {
        Description = $"Tables with --stream: fewest rows of a leaf, {Default.MinLeafRows} without it.",
        HelpName = "n",
    };

    private readonly Option<int?> _patience = new("--boosting-patience")
    {
        Description = "Tables with --stream: rounds without a lower loss on a tenth of the training rows after which "
            + "boosting ends; the best stays.",
        HelpName = "n",
    };

    /// <summary>Every option of this set.</summary>
    public IReadOnlyList<Option> All => [_rounds, _rate, _leaves, _leafRows, _patience];

    /// <summary>The options with what is given.</summary>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public StreamedTrainerOptions Read(ParseResult result, StreamedTrainerOptions options)
    {
        int? AtLeast(Option<int?> option, int least) => result.GetValue(option) is var value && value < least
            ? throw new UsageException($"{option.Name}: expected {least} or more, got {value}.") : value;

        return options with
        {
            Learner = new GradientBoosting
            {
                Rounds = AtLeast(_rounds, 1) ?? Default.Rounds,
                LearningRate = result.GetValue(_rate) is not { } rate ? Default.LearningRate
                    : rate > 0 && double.IsFinite(rate) ? rate
                    : throw new UsageException($"{_rate.Name}: expected a number above 0, got {rate}."),
                Leaves = AtLeast(_leaves, 2) ?? Default.Leaves,
                MinLeafRows = AtLeast(_leafRows, 1) ?? Default.MinLeafRows,
                Seed = options.Seed,
            },
            EarlyStopping = AtLeast(_patience, 1),
        };
    }
}
