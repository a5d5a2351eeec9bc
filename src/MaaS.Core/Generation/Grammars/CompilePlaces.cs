using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Grammars;

/// <summary>Where schemas are turned into something: anybody may have sent them, so that it goes within a budget, on a
/// stack of its own, and for few at a time.</summary>
internal static class CompilePlaces
{
    // How deep schemas may nest must not depend on who asks.
    private const int StackBytes = 16 << 20;

    /// <summary>Pieces of work at a time.</summary>
    public static readonly int Count = Math.Max(1, Environment.ProcessorCount / 2);

    private static readonly SemaphoreSlim Places = new(Count);

    /// <summary>Waits for a place and works there; no thread of the caller's is held meanwhile.</summary>
    /// <param name="characters">Of all the schemas together.</param>
    /// <param name="work">Spends the budget, which is for all of them.</param>
    /// <param name="cancellationToken">Ends the wait and the work.</param>
    /// <exception cref="ArgumentException">A schema is refused; the message says why.</exception>
    public static async Task<T> RunAsync<T>(
        long characters, Func<CompileBudget, T> work, CancellationToken cancellationToken)
    {
        if (characters > CompileBudget.MaxCharacters)
        {
            throw new ArgumentException(
                $"JSON schema: expected at most {CompileBudget.MaxCharacters:N0} characters, got {characters:N0}.");
        }

        await Places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await OnOwnStackAsync(() => work(new CompileBudget(cancellationToken))).ConfigureAwait(false);
        }
        catch (InvalidOperationException e)
        {
            // What System.Text.Json says of names and texts with half of a surrogate pair.
            throw new ArgumentException($"JSON schema: a text in it is no Unicode: {e.Message}", e);
        }
        catch (ModelInputException e)
        {
            throw new ArgumentException($"JSON schema: {e.Message}", e);
        }
        catch (SchemaFault e)
        {
            throw new ArgumentException($"JSON schema: {e.Message}.", e);
        }
        finally
        {
            Places.Release();
        }
    }

    private static Task<T> OnOwnStackAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                try
                {
                    done.SetResult(work());
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            },
            StackBytes)
        { IsBackground = true, Name = "grammar" };
        thread.Start();
        return done.Task;
    }
}
