using MaaS.Core.Packages;
using MaaS.Training.Fitting;
using MaaS.Training.Models;

namespace MaaS.Training.Pipelines;

/// <summary>What to train on texts, beside how (<see cref="TrainerOptions"/>).</summary>
public sealed record TextModelOptions
{
    /// <summary>Sizes of the network.</summary>
    public TextModelSizes Sizes { get; init; } = new();

    /// <summary>Most tokens of the WordPiece vocabulary, at least 100; it is learned from the training texts
    /// alone.</summary>
    public int VocabularySize { get; init; } = 8000;

    /// <summary>How the texts were cleaned, and the longest text in tokens; training always truncates.</summary>
    public TextPreprocessing Preprocessing { get; init; } = new() { MaxLength = 256, Overlong = OverlongText.KeepEnds };

    /// <summary>Whether every class counts the same, however many samples it has.</summary>
    public bool BalancedClasses { get; init; }

    /// <summary>The class whose detection counts; null for the rarer one of two.</summary>
    public string? Positive { get; init; }

    /// <summary>Of a pre-trained network: the share of values that training drops; null for its own.</summary>
    public double? Dropout { get; init; }

    /// <summary>Of a pre-trained network: whether the fresh head is fitted before all of it is trained.</summary>
    public bool FitHeadFirst { get; init; } = true;

    /// <summary>Of a pre-trained network: whether the tokens' own vectors stay as they are.</summary>
    /// <remarks>Of a small BERT they are half of all weights, and nearly all of them belong to tokens that a few
    /// thousand texts hardly hold; a step without their gradient and optimizer state is cheaper.</remarks>
    public bool FreezeWords { get; init; } = true;
}
