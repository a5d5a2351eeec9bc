namespace MaaS.Gateway.Requests;

/// <summary>How a request is treated.</summary>
internal enum RequestKind
{
    /// <summary>It changes nothing and has one answer: it may be repeated, and its answer is held until it is
    /// whole.</summary>
    Answer,

    /// <summary>It changes nothing, and its answer comes bit by bit: it may be repeated until the first bit is
    /// out.</summary>
    Stream,

    /// <summary>It talks both ways, or what it does is not known: it goes through as it comes, to one server.</summary>
    Passage,

    /// <summary>It would change a server: each has an address of its own for that, and a registry is there for all of
    /// them.</summary>
    Administration,
}
