using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Protocols.OpenInference.Statistics;
using Counted = MaaS.Serving.Protocols.OpenInference.Statistics.ModelStatistics;

namespace MaaS.Serving.Grpc;

/// <summary>A model's statistics as a message.</summary>
internal static class GrpcModelStatistics
{
    public static Schema.ModelStatistics Of(Counted counted) => new()
    {
        Name = counted.Name,
        Version = counted.Version,
        LastInference = (ulong)(counted.LastInference?.ToUnixTimeMilliseconds() ?? 0),
        InferenceCount = (ulong)counted.Inferences,
        ExecutionCount = (ulong)counted.Executions,
        InferenceStats = new InferStatistics
        {
            Success = Of(counted.Success),
            Fail = Of(counted.Fail),
            Queue = Of(counted.Queue),
            ComputeInput = Of(counted.ComputeInput),
            ComputeInfer = Of(counted.ComputeInfer),
            ComputeOutput = Of(counted.ComputeOutput),
            CacheHit = Of(counted.CacheHit),
            CacheMiss = new StatisticDuration(),
        },
        BatchStats =
        {
            counted.Batches.Select(b => new InferBatchStatistics
            {
                BatchSize = (ulong)b.Size,
                ComputeInput = Of(b.Input),
                ComputeInfer = Of(b.Infer),
                ComputeOutput = Of(b.Output),
            }),
        },
    };

    private static StatisticDuration Of(DurationCount duration) => new()
    {
        Count = (ulong)duration.Count,
        Ns = (ulong)duration.Nanoseconds,
    };
}
