using System.Runtime.CompilerServices;

namespace MaaS.Core.Generation.Grammars;

/// <summary>What making one grammar may cost, whatever its schema says.</summary>
/// <param name="cancellationToken">Looked at every few thousand steps.</param>
internal sealed class CompileBudget(CancellationToken cancellationToken)
{
    /// <summary>Steps that a grammar may take to make: a few seconds at most. Ordinary schemas take some
    /// thousands.</summary>
    public const int MaxSteps = 10_000_000;

    /// <summary>Characters that all the schemas of a grammar may have.</summary>
    public const int MaxCharacters = 1_000_000;

    private const int StepsBetweenLooks = 4096;

    private long _spent;
    private long _nextLook;

    /// <summary>Takes steps.</summary>
    /// <param name="place">What they are for, as a JSON pointer.</param>
    /// <param name="steps">From 0.</param>
    /// <exception cref="SchemaFault">There are none left.</exception>
    /// <exception cref="OperationCanceledException">The grammar is wanted no longer.</exception>
    public void Spend(string place, long steps = 1)
    {
        _spent += steps;
        if (_spent > MaxSteps)
        {
            throw new SchemaFault(
                place, $"the schema takes more than {MaxSteps:N0} steps to turn into a grammar; ask for less");
        }

        if (_spent >= _nextLook)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _nextLook = _spent + StepsBetweenLooks;
        }
    }

    /// <summary>Takes a step of a method that calls itself.</summary>
    /// <inheritdoc cref="Spend" path="/exception"/>
    public void Descend(string place)
    {
        Spend(place);
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new SchemaFault(place, "the schema is nested too deeply");
        }
    }
}
