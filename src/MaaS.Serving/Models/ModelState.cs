namespace MaaS.Serving.Models;

/// <summary>The life of one version of a model; names and order are TensorFlow Serving's.</summary>
public enum ModelState
{
    /// <summary>Known and not loaded: it waits for its turn, or for its first request.</summary>
    Start,

    /// <summary>Being loaded.</summary>
    Loading,

    /// <summary>Answers requests.</summary>
    Available,

    /// <summary>Takes no new requests; those under way finish.</summary>
    Unloading,

    /// <summary>Unloaded, or its load failed.</summary>
    End,
}
