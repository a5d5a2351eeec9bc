using MaaS.Serving.Models;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>States of models by the names of the model repository extension.</summary>
internal static class RepositoryStates
{
    public static string Name(ModelState state) => state switch
    {
        ModelState.Start => "UNAVAILABLE",
        ModelState.Loading => "LOADING",
        ModelState.Available => "READY",
        ModelState.Unloading => "UNLOADING",
        _ => "UNAVAILABLE",
    };
}
