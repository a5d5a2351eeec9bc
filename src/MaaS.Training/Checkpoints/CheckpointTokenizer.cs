using MaaS.Text;

namespace MaaS.Training.Checkpoints;

/// <summary>The tokenizer in a checkpoint's folder.</summary>
public static class CheckpointTokenizer
{
    /// <inheritdoc cref="Tokenizer.LoadFolder"/>
    public static Tokenizer Load(string folder) => Tokenizer.LoadFolder(folder);
}
