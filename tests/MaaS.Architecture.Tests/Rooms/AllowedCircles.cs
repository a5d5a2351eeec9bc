using System.Collections.Frozen;

namespace MaaS.Architecture.Tests.Rooms;

/// <summary>Pairs of rooms that may use each other, each with its reason. None enters without one.</summary>
internal static class AllowedCircles
{
    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> Pairs =
        new Dictionary<string, FrozenDictionary<string, string>>
        {
            ["MaaS.Client"] = new Dictionary<string, string>
            {
                ["(front) ↔ Grpc"] =
                    "MaaSClient opens the transport that its options name; the transport carries its requests.",
                ["(front) ↔ Resilience"] =
                    "MaaSClient sends through the pipelines; they read its options and throw its errors.",
                ["(front) ↔ Rest"] =
                    "MaaSClient opens the transport that its options name; the transport carries its requests.",
            }.ToFrozenDictionary(),
            ["MaaS.Serving"] = new Dictionary<string, string>
            {
                ["(front) ↔ Hosting"] =
                    "The front is what a user calls, and hands on to the one room that puts the features together.",
                ["(front) ↔ Models"] = "ServingHost gives its user the repository; the repository reads the options.",
                ["Endpoints ↔ Grpc"] = "The guard refuses a call of gRPC in gRPC's own form.",
                ["Grpc ↔ Protocols"] = "Open Inference and TensorFlow Serving are spoken over both HTTP and gRPC.",
            }.ToFrozenDictionary(),
        }.ToFrozenDictionary();

    /// <summary>The allowed pairs of a project, as <c>A ↔ B</c>, and why.</summary>
    public static FrozenDictionary<string, string> Of(string project)
        => Pairs.GetValueOrDefault(project, FrozenDictionary<string, string>.Empty);
}
