using System.Diagnostics.Metrics;
using MaaS.Core.Generation.Batching;
using MaaS.Serving.Models;
using MaaS.Serving.Telemetry;

namespace MaaS.Serving.Generation;

/// <summary>What the engines of the loaded language models are doing, read when somebody asks.</summary>
internal static class EngineMetrics
{
    /// <summary>Adds the instruments.</summary>
    public static void Add(Meter meter, ModelRepository models)
    {
        List<Measurement<long>> Read(Func<GenerationEngineStatus, long> value) => ReadAll(models, value);
        void Gauge(string name, string unit, string description, Func<GenerationEngineStatus, long> value)
            => meter.CreateObservableGauge(name, () => Read(value), unit, description);
        void Counter(string name, string description, Func<GenerationEngineStatus, long> value)
            => meter.CreateObservableCounter(name, () => Read(value), "{token}", description);
        Gauge("maas.generation.running", "{text}", "Texts that go through a model together.", static s => s.Running);
        Gauge("maas.generation.waiting", "{text}", "Texts that wait for their turn.", static s => s.Waiting);
        Gauge(
            "maas.generation.cache.used", "{block}", "Blocks of keys and values that texts use.",
            static s => s.UsedBlocks);
        Gauge(
            "maas.generation.cache.kept", "{block}", "Blocks that are kept for equal beginnings of prompts.",
            static s => s.KeptBlocks);
        Gauge("maas.generation.cache.limit", "{block}", "Most blocks of keys and values.", static s => s.Blocks);
        Counter(
            "maas.generation.prompt.cached_tokens", "Tokens of prompts whose keys and values were there already.",
            static s => s.CachedTokens);
        Counter("maas.generation.draft.tokens", "Tokens that a draft model guessed.", static s => s.DraftedTokens);
        Counter("maas.generation.draft.accepted", "Guesses that were right.", static s => s.AcceptedTokens);
        meter.CreateObservableCounter(
            "maas.generation.preemptions", () => Read(static s => s.Preemptions), "{text}",
            "Texts that gave their keys and values up for older ones.");
    }

    private static List<Measurement<long>> ReadAll(ModelRepository models, Func<GenerationEngineStatus, long> value)
    {
        List<Measurement<long>> read = [];
        models.EachLoaded(model =>
        {
            if (model.Generation?.Status is { } status)
            {
                read.Add(new Measurement<long>(
                    value(status), new("model", model.Name), new("version", VersionText.Of(model.Version))));
            }
        });
        return read;
    }
}
