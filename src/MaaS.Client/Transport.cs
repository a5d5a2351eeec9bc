namespace MaaS.Client;

/// <summary>How tensors travel.</summary>
public enum Transport
{
    /// <summary>REST with tensors as bytes, for servers with the binary tensor extension.</summary>
    Rest,

    /// <summary>REST with tensors as JSON, which every server of the protocol takes. It carries no FP16 and
    /// BF16.</summary>
    RestJson,

    /// <summary>gRPC, with tensors as bytes.</summary>
    Grpc,
}
