using MaaS.Text.Components;
using MaaS.Text.Models;


namespace MaaS.Text.PostProcessors;

/// <summary>Puts texts and special tokens together. Safe for use by many threads.</summary>
internal interface IPostProcessor : IComponent
{
    /// <summary>How one text becomes an encoding; null where this processor leaves that to others.</summary>
    Template? Single { get; }

    /// <summary>How two texts become an encoding; null where this processor leaves that to others.</summary>
    Template? Pair { get; }

    /// <summary>Changes where the tokens of a text say they come from.</summary>
    /// <param name="token">The token of an id.</param>
    void AdjustOrigins(TokenRun run, Func<int, string> token);
}
