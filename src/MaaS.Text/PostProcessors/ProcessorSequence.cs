using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Models;

namespace MaaS.Text.PostProcessors;

/// <summary>Several post-processors, of which one at most adds special tokens.</summary>
internal sealed class ProcessorSequence(IReadOnlyList<IPostProcessor> processors) : IPostProcessor
{
    public const string TypeName = "Sequence";

    public string Name => TypeName;

    public Template? Single => processors.Select(static p => p.Single).SingleOrDefault(static t => t is not null);

    public Template? Pair => processors.Select(static p => p.Pair).SingleOrDefault(static t => t is not null);

    public static ProcessorSequence Read(ComponentJson json)
    {
        var processors = TextPostProcessors.Family.ReadAll(json.Member("processors"));
        return processors.Count(static p => p.Single is not null) <= 1
            ? new(processors)
            : throw json.Member("processors").Fault("one post-processor at most that adds special tokens");
    }

    public void WriteMembers(Utf8JsonWriter writer) => writer.WriteComponents("processors", processors);

    public void AdjustOrigins(TokenRun run, Func<int, string> token)
    {
        foreach (var processor in processors)
        {
            processor.AdjustOrigins(run, token);
        }
    }
}
