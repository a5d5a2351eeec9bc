using System.Text.Json;
using MaaS.Core.Text.Models;

namespace MaaS.Core.Text.Training;

/// <summary>Stands in a pipeline whose model is yet to be trained; only its words are read.</summary>
internal sealed class NoModel : ITokenModel
{
    public string Name => "none";

    public Vocabulary Vocabulary { get; } = new([]);

    public void WriteMembers(Utf8JsonWriter writer) => throw new InvalidOperationException("a model in training cannot be written");

    public void Tokenize(ReadOnlySpan<char> word, TokenRun run) => throw new InvalidOperationException("a model in training cannot tokenize");
}
