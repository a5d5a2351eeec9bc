using System.Runtime.CompilerServices;

namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Refuses what is nested so deeply that the thread's stack would not hold it.</summary>
internal static class StackGuard
{
    public static void Check()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateFault("something is nested too deeply, or a macro calls itself without an end");
        }
    }
}
