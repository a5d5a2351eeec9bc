using MaaS.Cli.Terminal;
using MaaS.Training.Checkpoints;

namespace MaaS.Cli.Text;

/// <summary>Says how the weights of a BERT fit.</summary>
internal static class PretrainedTextReport
{
    public static void Print(PretrainedText start)
    {
        var config = start.Encoder.Config;
        WeightLines.Write(
            $"from {start.Name}: BERT of {config.NumHiddenLayers} layers, width {config.HiddenSize}, "
                + $"{config.VocabSize} tokens, "
                + $"{start.Encoder.parameters().Sum(static p => p.numel()):n0} weights",
            start.Report, "classifier.weight", "classifier.bias");
    }
}
