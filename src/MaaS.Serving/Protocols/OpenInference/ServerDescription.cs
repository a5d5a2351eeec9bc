namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>What the server says of itself over REST and gRPC.</summary>
internal static class ServerDescription
{
    public const string Name = "maas";

    /// <summary>Platform of every model.</summary>
    public const string Platform = "onnx_onnxv1";

    /// <summary>Backend in a model's configuration.</summary>
    public const string Backend = "onnxruntime";

    public static string Version { get; } = typeof(ServerDescription).Assembly.GetName().Version!.ToString(3);

    /// <summary>Extensions of the protocol, by the names that clients look for.</summary>
    public static IReadOnlyList<string> Extensions { get; } =
    [
        "binary_tensor_data", "classification", "generate", "model_configuration", "model_repository", "parameters",
        "schedule_policy", "statistics",
    ];
}
