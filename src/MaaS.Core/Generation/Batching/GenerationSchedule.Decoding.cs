using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Batching;

/// <content>Tokens after the prompts.</content>
internal sealed partial class GenerationSchedule
{
    private void Decode()
    {
        Guess();

        // The oldest first: the younger give their blocks up.
        foreach (var sequence in _batch.Sequences.OrderBy(static s => s.Number).ToArray())
        {
            if (_batch.Sequences.Contains(sequence))
            {
                Reserve(sequence, 1 + sequence.Drafts.Length);
            }
        }

        _batch.Arrange();
        foreach (var batch in _batch.Batches.ToArray())
        {
            Guard(() => Decode(batch), () => batch.Sequences, batch.Clear);
        }
    }

    private void Decode(RowBatch batch)
    {
        foreach (var logits in batch.Step(1))
        {
            Verify(batch, logits);
        }
    }

    // A run on few texts waits for weights to be read; more tokens of each are nearly free then.
    private void Guess()
    {
        if (_drafter is null || !_options.SharesRuns)
        {
            return;
        }

        if (_batch.Count > _options.MaxDraftedRows)
        {
            _drafter.ForgetAll();
            return;
        }

        var room = _pool.Available;
        foreach (var sequence in _batch.Sequences.Where(static s => s.Adapter is null))
        {
            var most = Math.Min(
                MaxLength - sequence.Tokens.Count,
                sequence.Options.MaxNewTokens - (sequence.Tokens.Count - sequence.PromptLength) - 1);
            room -= _cache.BlocksOf(_options.DraftLength + 1) + 1;
            if (room < 0)
            {
                return;
            }

            try
            {
                _drafter.Guess(sequence, most);
                _draftedTokens += sequence.Drafts.Length;
            }
            catch (Exception e)
            {
                // Texts go on without guesses.
                _drafter.Dispose();
                _drafter = null;
                _options.DraftFailed?.Invoke(e);
                return;
            }
        }
    }

    // Draws tokens as long as they are those that were guessed, and one more: what each is drawn from is the model's
    // own, so the text is the same as without guesses.
    private void Verify(RowBatch batch, RowLogits logits)
    {
        var sequence = logits.Sequence;
        var drafts = sequence.Drafts;
        sequence.Drafts = [];
        var (kept, ended) = (0, false);
        do
        {
            ended = Draw(logits, drafts.Length - kept);
            kept++;
        }
        while (!ended && kept <= drafts.Length && sequence.Tokens[^1] == drafts[kept - 1]);

        _acceptedTokens += kept - 1;
        if (sequence.IsEnded)
        {
            return;
        }

        batch.Keep(sequence, 1 + drafts.Length, kept);
        if (ended)
        {
            Leave(sequence);
        }
    }

    // Whether the text has ended by the token drawn.
    private bool Draw(RowLogits logits, int fromEnd)
    {
        var sequence = logits.Sequence;
        try
        {
            var last = DecoderGraph.LastLogits(logits.Outputs, logits.Row, ref _converted, fromEnd);
            return sequence.Draw(last, sequence.Tokens.Count, MaxLength);
        }
        catch (ArgumentException e) when (e is not ModelInputException)
        {
            // Logits that are no numbers end the text that they belong to, and no other.
            Leave(sequence, new InferenceException($"{_graph.Name}: {e.Message}", e));
            return true;
        }
        catch (Exception e)
        {
            // So does a constraint that fails, or that is too costly to follow, which is the client's fault.
            Leave(sequence, e);
            return true;
        }
    }
}
