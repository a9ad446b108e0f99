// A worker that cannot even begin.
throw new Error('this worker does not begin');
