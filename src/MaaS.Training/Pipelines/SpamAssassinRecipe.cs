using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;

namespace MaaS.Training.Pipelines;

/// <summary>What filters the mails of <see cref="SpamAssassin"/> well: the network's options and how to train
/// it.</summary>
public static class SpamAssassinRecipe
{
    /// <summary>Options of a network for these mails: their cleaning, and classes that count the same, since there are
    /// two hams to a spam.</summary>
    public static TextModelOptions Model { get; } = new()
    {
        Preprocessing = new TextModelOptions().Preprocessing with { Cleaning = SpamAssassin.Cleaning },
        BalancedClasses = true,
    };

    /// <summary>How a Transformer is trained on these mails, which it knows by heart after three epochs.</summary>
    /// <remarks>Chosen by cross-validation on the texts that are learned from; docs/text.md has the figures.</remarks>
    public static TrainerOptions TransformerTraining { get; } = TrainedTextModel.DefaultTraining with { Epochs = 3 };
}
